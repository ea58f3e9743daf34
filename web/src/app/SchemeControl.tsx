import { SegmentedControl, useMantineColorScheme, type MantineColorScheme } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { savePreferences } from '../account/savePreferences';
import { messageOf } from '../api/problem';

export default function SchemeControl() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const choose = (theme: MantineColorScheme) => {
    setColorScheme(theme);
    // Kept with the account too, or the next page would show what was kept there before.
    savePreferences({ theme }).catch((error: unknown) =>
      notifications.show({ color: 'red', title: 'Chosen for this page only', message: messageOf(error) }));
  };
  return (
    <SegmentedControl
      aria-label="Colour scheme"
      size="xs"
      fullWidth
      value={colorScheme}
      onChange={(value) => choose(value as MantineColorScheme)}
      data={[{ value: 'auto', label: 'System' }, { value: 'light', label: 'Light' }, { value: 'dark', label: 'Dark' }]}
    />
  );
}
