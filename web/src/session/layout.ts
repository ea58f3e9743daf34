import { useLocalStorage, useMediaQuery } from '@mantine/hooks';
import { useState } from 'react';
import type { SideTab } from './SidePanel';

/**
 * How much of a session is on screen at once: one part of it on a phone; the editor and the output where both have room, as
 * on a tablet and in half a window; and the chat or the list of people beside them on a desktop.
 */
export type Layout = 'single' | 'split' | 'roomy';

const SPLIT_PX = 720;
const ROOMY_PX = 1100;
const PX_PER_EM = 16;

export function useLayout(): Layout {
  const split = useWidth(SPLIT_PX);
  const roomy = useWidth(ROOMY_PX);
  return roomy ? 'roomy' : split ? 'split' : 'single';
}

function useWidth(px: number): boolean {
  return useMediaQuery(`(min-width: ${px / PX_PER_EM}em)`, window.innerWidth >= px, { getInitialValueInEffect: false });
}

/** What is open at the side. A desktop remembers it; where it takes room from the code, it is opened for a while. */
export function useSide(layout: Layout): [SideTab | null, (side: SideTab | null) => void] {
  const kept = useLocalStorage<SideTab | null>({ key: 'codecrafter-side', defaultValue: 'chat', getInitialValueInEffect: false });
  const passing = useState<SideTab | null>(null);
  const [side, setSide] = layout === 'roomy' ? kept : passing;
  return [side, setSide];
}
