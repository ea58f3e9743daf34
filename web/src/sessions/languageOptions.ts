import { known } from '../api/languages';
import type { Language } from '../api/types';

export function languageOptions(languages: Language[] | undefined) {
  return (languages ?? known).map((language) => ({
    value: language.id,
    label: language.available ? language.name : `${language.name} (not installed)`,
    disabled: !language.available,
  }));
}
