import { Anchor, NativeSelect, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { known, languageName, useLanguages } from '../api/languages';
import type { Language } from '../api/types';
import { chooseLanguage } from '../editor/chooseLanguage';
import type { SessionDocument } from '../editor/document';
import { useStore } from '../lib/store';
import { languageOptions } from '../sessions/languageOptions';
import type { Room } from '../session/room';

/** The language that Run uses. Choosing one also chooses a file of that language to run. */
export function LanguageSelect({ room, document, readOnly }: { room: Room; document: SessionDocument; readOnly: boolean }) {
  const languages = useLanguages() ?? known;
  const files = useStore(document.files);
  const session = useStore(room.session);
  const current = files.language ?? session.language;

  if (readOnly) return <Text size="sm" c="dimmed">{languageName(current, languages)}</Text>;
  return (
    <NativeSelect
      aria-label="Language"
      size="xs"
      w={124}
      data={languageOptions(languages)}
      value={current}
      onChange={(event) => {
        const language = languages.find((l) => l.id === event.currentTarget.value);
        if (language !== undefined) choose(room, document, language, languages);
      }}
    />
  );
}

function choose(room: Room, document: SessionDocument, language: Language, languages: readonly Language[]): void {
  const samples = new Set(languages.map((l) => l.sample?.trim()));
  const isUntouched = (path: string) => {
    const text = document.text(path)!.toString().trim();
    return text === '' || samples.has(text);
  };
  const change = chooseLanguage(language.id, language.fileName, document.files.get(), isUntouched);
  document.setLanguage(language.id, change, language.sample ?? '');
  notifications.hide(NOTICE);
  if (change.entry !== null) room.activePath.set(change.entry);
  else offerFile(room, document, language);
}

const NOTICE = 'language';

/** What is there stays what runs, until somebody adds a file of the new language. */
function offerFile(room: Room, document: SessionDocument, { id, name, fileName, sample }: Language): void {
  const add = () => {
    notifications.hide(NOTICE);
    const exists = document.text(fileName) !== null;
    document.setLanguage(id, { entry: fileName, add: exists ? null : fileName, remove: [] }, sample ?? '');
    room.activePath.set(fileName);
  };
  notifications.show({
    id: NOTICE,
    title: `There is no ${name} file yet`,
    message: <>Run still takes {document.files.get().entry ?? 'the file that is there'}. <Anchor component="button" size="sm" onClick={add}>Add {fileName}</Anchor></>,
    autoClose: 15_000,
  });
}
