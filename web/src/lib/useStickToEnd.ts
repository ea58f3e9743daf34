import { useCallback, useEffect, useLayoutEffect, useRef, type UIEvent } from 'react';

const NEAR_PX = 30;

/**
 * Keeps a scrolling box at its end while things are added and when its size changes, until the reader scrolls up; again once
 * they are back. Not at all where what is in it is read from its beginning.
 */
export function useStickToEnd<T extends HTMLElement>(wanted: boolean, ...changes: unknown[]) {
  const box = useRef<T>(null);
  const sticking = useRef(true);
  const lastTop = useRef(0);

  useLayoutEffect(() => {
    if (wanted && sticking.current && box.current !== null) box.current.scrollTop = box.current.scrollHeight;
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [wanted, ...changes]);

  useEffect(() => {
    if (!wanted) return;
    const observer = new ResizeObserver(() => {
      if (sticking.current && box.current !== null) box.current.scrollTop = box.current.scrollHeight;
    });
    observer.observe(box.current!);
    return () => observer.disconnect();
  }, [wanted]);

  const onScroll = useCallback((event: UIEvent<T>) => {
    const { scrollHeight, scrollTop, clientHeight } = event.currentTarget;
    // More may have been added since the scroll that this tells of: only going up means that somebody wants to read.
    if (scrollHeight - scrollTop - clientHeight < NEAR_PX) sticking.current = true;
    else if (scrollTop < lastTop.current) sticking.current = false;
    lastTop.current = scrollTop;
  }, []);

  return { ref: box, onScroll };
}
