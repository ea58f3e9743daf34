import type { openFileDialog as Open } from './FileDialog';

/** The dialog is loaded when it is opened. */
export function openFileDialog(...settings: Parameters<typeof Open>): void {
  void import('./FileDialog').then((dialog) => dialog.openFileDialog(...settings));
}
