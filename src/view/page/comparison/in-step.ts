/** Further apart, in seconds, and one sees it. */
const maxApart = 0.12;

/**
 * Has all videos in an element play in step: what the user does with one (play, pause, seek, speed) happens to all, and
 * they begin again together when the longest has ended. Only the first is heard.
 */
export function playInStep(container: HTMLElement): void {
  const videos = (): HTMLVideoElement[] => [...container.querySelectorAll('video')];
  const sought = new WeakSet<HTMLVideoElement>();
  const started = new WeakSet<HTMLVideoElement>();

  function seek(video: HTMLVideoElement, to: number): void {
    const at = Number.isFinite(video.duration) ? Math.min(to, video.duration) : to;
    if (Math.abs(video.currentTime - at) <= maxApart / 2) return;
    sought.add(video);
    video.currentTime = at;
  }

  const play = (video: HTMLVideoElement): void => {
    // A browser may refuse to; the user can still press play.
    video.play().catch(() => {});
  };

  /** Together from the start, when the last one is ready. */
  function begin(): void {
    const all = videos();
    if (all.length < 2 || all.some((video) => video.readyState < 2) || all.every((v) => started.has(v)))
      return;
    for (const [n, video] of all.entries()) {
      started.add(video);
      video.loop = false;
      if (n > 0) video.muted = true;
      seek(video, 0);
      play(video);
    }
  }

  const follow: Readonly<
    Record<string, (from: HTMLVideoElement, others: readonly HTMLVideoElement[]) => void>
  > = {
    loadeddata: begin,
    canplay: begin,
    play(from, others) {
      for (const other of others) if (other.paused && !isOver(other, from)) play(other);
    },
    pause(from, others) {
      if (!from.ended) for (const other of others) if (!other.paused) other.pause();
    },
    seeking(from, others) {
      if (sought.delete(from)) return;
      for (const other of others) seek(other, from.currentTime);
    },
    ratechange(from, others) {
      for (const other of others) {
        if (other.playbackRate !== from.playbackRate) other.playbackRate = from.playbackRate;
      }
    },
    timeupdate(from, others) {
      if (from !== videos()[0] || from.paused || from.seeking) return;
      for (const other of others) {
        const isApart = Math.abs(other.currentTime - from.currentTime) > maxApart;
        if (isApart && !other.ended && !other.seeking) seek(other, from.currentTime);
      }
    },
    ended(from, others) {
      if (!others.every((other) => other.ended || other.duration <= from.duration)) return;
      for (const video of [from, ...others]) {
        seek(video, 0);
        play(video);
      }
    },
  };

  for (const [name, act] of Object.entries(follow)) {
    // Events of media do not bubble.
    container.addEventListener(
      name,
      ({ target }) => {
        if (!(target instanceof HTMLVideoElement)) return;
        const others = videos().filter((video) => video !== target);
        if (others.length > 0) act(target, others);
      },
      { capture: true },
    );
  }
}

/** It has nothing left to play, where the other one is. */
function isOver(video: HTMLVideoElement, from: HTMLVideoElement): boolean {
  return video.ended && from.currentTime >= video.duration - maxApart;
}
