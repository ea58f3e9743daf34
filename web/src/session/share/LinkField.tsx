import { Button, TextInput, VisuallyHidden } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { copyText } from '../../lib/clipboard';
import classes from './Share.module.css';

const TOLD_MS = 2500;

interface Props {
  label: string;
  link: string;
  /** What the person came for, first in a dialog or made just now: its button is marked, and has the focus. */
  focus?: 'dialog' | 'now';
}

/** A link to read, select and copy. */
export function LinkField({ label, link, focus }: Props) {
  const [told, setTold] = useState<'copied' | 'selected' | null>(null);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (told === null) return;
    const timer = setTimeout(() => setTold(null), TOLD_MS);
    return () => clearTimeout(timer);
  }, [told]);

  const copy = async () => {
    const copied = await copyText(link);
    if (!copied) field.current?.select();
    setTold(copied ? 'copied' : 'selected');
  };

  const words = { copied: 'Copied', selected: 'Press Ctrl C' };
  return (
    <div className={classes.link}>
      <TextInput ref={field} readOnly aria-label={label} value={link} flex={1} onFocus={(event) => event.currentTarget.select()} />
      <Button
        autoFocus={focus === 'now'}
        data-autofocus={focus === 'dialog' || undefined}
        aria-label={`Copy: ${label}`}
        variant={focus !== undefined ? 'filled' : 'default'}
        leftSection={told === 'copied' ? <IconCheck size={16} /> : <IconCopy size={16} />}
        w={told === 'selected' ? undefined : 108}
        onClick={() => void copy()}
      >
        {told === null ? 'Copy' : words[told]}
      </Button>
      <VisuallyHidden role="status">
        {told === 'copied' ? 'The link was copied.' : told === 'selected' ? 'The browser did not allow copying. The link is selected: copy it by keyboard.' : ''}
      </VisuallyHidden>
    </div>
  );
}
