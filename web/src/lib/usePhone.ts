import { useMediaQuery } from '@mantine/hooks';

/** A screen on which a dialog takes all the room there is. */
export function usePhone(): boolean {
  return useMediaQuery('(max-width: 40em)', false, { getInitialValueInEffect: false });
}
