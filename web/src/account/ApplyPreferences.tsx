import { useMantineColorScheme } from '@mantine/core';
import { useEffect } from 'react';
import type { User } from '../api/types';
import { readPreferences } from './preferences';

/** Makes the page look as its user wants it. */
export function ApplyPreferences({ user }: { user: User }) {
  const { theme, fontSize } = readPreferences(user.preferences);
  const { setColorScheme } = useMantineColorScheme();
  useEffect(() => {
    if (theme !== undefined) setColorScheme(theme);
    // Only when somebody signs in or chooses: on this browser alone the scheme may be another until then.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [theme]);
  useEffect(() => {
    const { style } = document.documentElement;
    if (fontSize !== undefined) style.setProperty('--code-size', `${fontSize}px`);
    return () => void style.removeProperty('--code-size');
  }, [fontSize]);
  return null;
}
