import { useCallback, useLayoutEffect, useRef, type UIEvent } from 'react';

const NEAR_PX = 30;

/** Keeps a scrolling box at its end while things are added, until the reader scrolls up; again once they are back. */
export function useStickToEnd<T extends HTMLElement>(...changes: unknown[]) {
  const box = useRef<T>(null);
  const sticking = useRef(true);
  const lastTop = useRef(0);

  useLayoutEffect(() => {
    if (sticking.current && box.current !== null) box.current.scrollTop = box.current.scrollHeight;
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, changes);

  const onScroll = useCallback((event: UIEvent<T>) => {
    const { scrollHeight, scrollTop, clientHeight } = event.currentTarget;
    // More may have been added since the scroll that this tells of: only going up means that somebody wants to read.
    if (scrollHeight - scrollTop - clientHeight < NEAR_PX) sticking.current = true;
    else if (scrollTop < lastTop.current) sticking.current = false;
    lastTop.current = scrollTop;
  }, []);

  return { ref: box, onScroll };
}
