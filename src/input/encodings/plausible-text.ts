// The most common letters of prompts and of their languages; texts in a wrong encoding show rare ones.
const commonHan = new Set(
  '的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识候带导争运红雪狐狸猫狗花树夜晚星云雨风春夏秋冬城市街道房间女孩男孩少女画照片蓝绿黄黑桥湖河鸟鱼龙虎静坐站立穿阳森林古镇赛博朋克格霓虹灯影摄' +
    '這個們來為國說時會對發後裡過還進種經麼學現當沒動樣實軍無與長機點業將兩間問並應頭體見產場開關係氣題變總電數報結員論處認條幾義門東聲兒給傳師觀讓識帶導爭運紅貓樹雲風畫藍綠黃橋鳥魚龍靜陽' +
    '私日本語見思出来食飲今何時手目間前気歌夢桜空海猫犬花',
);
const commonHangul = new Set(
  '이다의에가을를은하고지는한도사로기아그나어대서자리시수있들인만라정해게일부여과전보제주것상니세으적원조오우미동소장비스선생국공학면성무문원거모화구내연안경신방위마바관개계중유진작명말분당출때산물금강년단반회발통물회색붉고양개눈집밤하늘별달빛숲바다여름겨울봄가을사진그림',
);

const westernLetters = new Set('éèêëàâäáãåçñíìîïóòôöõøúùûüßæÉÈÊÀÂÄÁÃÅÇÑÍÎÓÔÖÕØÚÛÜÆ');
const easternLetters = new Set('ąćęłńóśźżčďěňřšťůžýáéíúôľőűăĄĆĘŁŃÓŚŹŻČĎĚŇŘŠŤŮŽÝÁÉÍÚÔĽŐŰĂ');
const turkishLetters = new Set('ğışçöüĞİŞÇÖÜ');
const marks = /[“”„‘’‚«»–—…•€£©®°½¼²³¿¡]/u;

/** How likely a text is decoded correctly, by its letters beyond ASCII: up to 1, and below 0 for nonsense. */
export function plausibility(text: string, encoding: string): number {
  const isJapanese = encoding === 'shift_jis' || encoding === 'euc-jp';
  const hasKana = isJapanese && /[\p{Script=Hiragana}\u30a1-\u30fa]/u.test(text);
  const hasHangul = /\p{Script=Hangul}/u.test(text);
  const letters = [...text];
  let sum = 0;
  let count = 0;
  for (const [index, letter] of letters.entries()) {
    if (letter <= '\x7f') continue;
    count += 1;
    const around = { before: letters[index - 1] ?? '', behind: letters[index + 1] ?? '' };
    if (/\p{Script=Hangul}/u.test(letter)) sum += commonHangul.has(letter) ? 1 : 0.45;
    else if (/\p{Script=Han}/u.test(letter)) {
      if (hasHangul) sum -= 0.3;
      else sum += commonHan.has(letter) ? 1 : hasKana ? 0.7 : 0.2;
    } else if (/[\p{Script=Hiragana}\u30a1-\u30fe]/u.test(letter)) sum += isJapanese ? 1 : 0.2;
    else if (/[\u3001-\u3011\uff01-\uff1f]/.test(letter)) sum += 0.6;
    else if (letter === '’') sum += 0.6;
    else if (marks.test(letter))
      sum += isWordLetter(around.before) && isWordLetter(around.behind) ? -0.5 : 0.6;
    else sum += alphabetic(letter, around, encoding);
  }
  return count === 0 ? 0 : sum / count;
}

interface Around {
  readonly before: string;
  readonly behind: string;
}

function alphabetic(letter: string, { before, behind }: Around, encoding: string): number {
  if (!/[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}]/u.test(letter)) return -0.8;
  // Inside a word, no capital follows a small letter, and no script follows another.
  if (/\p{Lu}/u.test(letter) && /\p{Ll}/u.test(before)) return -0.6;
  if (/\p{Script=Latin}/u.test(letter)) {
    if (/[\p{Script=Cyrillic}\p{Script=Greek}]/u.test(before + behind)) return -0.6;
    // Words have more letters of ASCII than others.
    const crowd = before > '\x7f' && behind > '\x7f' && isWordLetter(before) ? 0.6 : 0;
    const isUsual =
      encoding === 'windows-1252' || encoding === 'macintosh'
        ? westernLetters.has(letter)
        : encoding === 'windows-1254'
          ? turkishLetters.has(letter)
          : easternLetters.has(letter);
    // Files of old Macs are rare, and its letters are where others have quotation marks.
    const usual = encoding === 'macintosh' ? 0.7 : 1;
    return (isUsual ? usual : 0.1) - crowd;
  }
  if (/[a-z]/i.test(before + behind)) return -0.6;
  const isRare = /[\u0400-\u040f\u0450\u0452-\u045f\u0490\u0491]/.test(letter);
  return isRare ? 0.2 : 1;
}

function isWordLetter(letter: string): boolean {
  return /\p{L}/u.test(letter);
}
