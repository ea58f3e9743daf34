import { NativeSelect, Text } from '@mantine/core';
import { known, languageName, useLanguages } from '../api/languages';
import { languageOf } from '../editor/paths';
import { starters } from '../editor/starters';
import type { SessionDocument } from '../editor/document';
import { useStore } from '../lib/store';
import { languageOptions } from '../sessions/languageOptions';
import type { Room } from '../session/room';

/** The language that Run uses. Choosing one also chooses, or makes, a file of that language to run. */
export function LanguageSelect({ room, document, readOnly }: { room: Room; document: SessionDocument; readOnly: boolean }) {
  const languages = useLanguages();
  const files = useStore(document.files);
  const session = useStore(room.session);
  const current = files.language ?? session.language;

  if (readOnly) return <Text size="sm" c="dimmed">{languageName(current, languages)}</Text>;

  const choose = (next: string) => {
    const fileName = (languages ?? known).find((l) => l.id === next)?.fileName ?? 'main';
    const fits = (path: string) => languageOf(path) === next || (next === 'c' && path.endsWith('.h'));
    const entry = files.entry !== null && fits(files.entry)
      ? files.entry
      : files.paths.includes(fileName) ? fileName : files.paths.find(fits) ?? fileName;
    document.setLanguage(next, entry, starters[next] ?? '');
    room.activePath.set(entry);
  };

  return (
    <NativeSelect
      aria-label="Language"
      size="xs"
      w={124}
      data={languageOptions(languages)}
      value={current}
      onChange={(event) => choose(event.currentTarget.value)}
    />
  );
}
