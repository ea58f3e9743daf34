import { NativeSelect, Switch } from '@mantine/core';

interface Props {
  isPublic: boolean;
  /** What the form knows of the two fields. */
  publicSwitch: object;
  roleSelect: object;
}

/** Who can find a session, and what those who come by themselves may do in it. */
export function VisibilityFields({ isPublic, publicSwitch, roleSelect }: Props) {
  return (
    <>
      <Switch
        mt={6}
        label="Public"
        description="Everybody with an account can find and join it. A private session opens by its link only."
        {...publicSwitch}
      />
      {isPublic && (
        <NativeSelect
          label="Those who join by themselves"
          data={[{ value: 'viewer', label: 'can read' }, { value: 'editor', label: 'can edit and run' }]}
          {...roleSelect}
        />
      )}
    </>
  );
}
