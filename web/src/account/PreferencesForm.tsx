import { NativeSelect } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useLanguages } from '../api/languages';
import type { User } from '../api/types';
import { languageOptions } from '../sessions/languageOptions';
import { FONT_SIZES, readPreferences, type Preferences } from './preferences';
import { SaveBar } from './SaveBar';
import { savePreferences } from './savePreferences';
import { useSaving } from './useSaving';
import classes from './Account.module.css';

const AS_IT_IS = { value: '', label: 'As this page has it' };

export function PreferencesForm({ user }: { user: User }) {
  const languages = useLanguages();
  const { theme = '', language = '', fontSize } = readPreferences(user.preferences);
  const form = useForm({
    initialValues: { theme: theme as string, language, fontSize: fontSize === undefined ? '' : String(fontSize) },
    onValuesChange: () => saving.touched(),
  });
  const saving = useSaving(async (values: typeof form.values) => {
    await savePreferences({
      theme: values.theme === '' ? undefined : (values.theme as Preferences['theme']),
      language: values.language === '' ? undefined : values.language,
      fontSize: values.fontSize === '' ? undefined : Number(values.fontSize),
    });
    return 'Saved.';
  }, ['preferences'], form.setErrors);
  return (
    <form onSubmit={form.onSubmit(saving.submit)} noValidate className={classes.form} aria-label="Preferences">
      <NativeSelect
        label="Colours"
        data={[{ value: '', label: 'As this browser has them' }, { value: 'auto', label: 'As the system has them' }, { value: 'light', label: 'Light' }, { value: 'dark', label: 'Dark' }]}
        {...form.getInputProps('theme')}
      />
      <div className={classes.pair}>
        <NativeSelect label="Language of new sessions" data={[AS_IT_IS, ...languageOptions(languages)]} {...form.getInputProps('language')} />
        <NativeSelect
          label="Size of code"
          data={[AS_IT_IS, ...FONT_SIZES.map((size) => ({ value: String(size), label: `${size} px` }))]}
          {...form.getInputProps('fontSize')}
        />
      </div>
      <SaveBar label="Save preferences" saving={form.submitting} failure={saving.failure} done={saving.done} />
    </form>
  );
}
