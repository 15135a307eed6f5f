/**
 * How the quotes of a text that stand in it as letters pair off. Inch marks, which follow a digit, need no partner.
 * `opens`: one is still open at the end. `closes`: one closes what nothing has opened.
 */
export function quotePairs(text: string): 'paired' | 'opens' | 'closes' {
  let open = false;
  for (let at = text.indexOf('"'); at !== -1; at = text.indexOf('"', at + 1)) {
    if (open) open = false;
    else if (opensWord(text, at)) open = true;
    else if (!isDigit(text[at - 1])) return 'closes';
  }
  return open ? 'opens' : 'paired';
}

function opensWord(text: string, at: number): boolean {
  const before = text[at - 1];
  const behind = text[at + 1];
  return (before === undefined || /[\s([{,;:|/\u2014\u2013-]/.test(before)) && /\S/.test(behind ?? '');
}

export function isDigit(letter: string | undefined): boolean {
  return letter !== undefined && letter >= '0' && letter <= '9';
}
