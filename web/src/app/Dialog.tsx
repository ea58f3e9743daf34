import { Modal, type ModalProps } from '@mantine/core';
import { useEffect, useState, type ReactNode } from 'react';
import { rememberFocus } from '../lib/focus';
import { useStore } from '../lib/store';
import { usePhone } from '../lib/usePhone';
import { questions } from './dialogs';

interface Props {
  title: ReactNode;
  /** In pixels, or one of the sizes of the component library. On a phone a dialog takes the whole screen. */
  size?: ModalProps['size'];
  /** Whether it takes the whole screen; by default on a phone. */
  fullScreen?: boolean;
  classNames?: ModalProps['classNames'];
  onClose: () => void;
  children: ReactNode;
}

/**
 * A dialog that is there while it is open: `{opened && <Dialog …>}`, so it can be loaded when it is opened. The focus stays
 * in it and goes back to what opened it; Escape and a click beside it close it. `data-autofocus` marks what has the focus
 * first.
 */
export function Dialog({ title, size, fullScreen, classNames, onClose, children }: Props) {
  const [giveBack] = useState(rememberFocus);
  useEffect(() => giveBack, [giveBack]);
  // Escape is then the answer to what is asked over this dialog.
  const asked = useStore(questions) > 0;
  const phone = usePhone();
  return (
    <Modal
      opened
      onClose={onClose}
      title={title}
      size={size}
      fullScreen={fullScreen ?? phone}
      classNames={classNames}
      closeOnEscape={!asked}
      returnFocus={false}
    >
      {children}
    </Modal>
  );
}
