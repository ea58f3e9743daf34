// A dialog or menu that closes gives the focus back by itself, a little later.
const WAIT_MS = 40;

/**
 * Remembers what has the focus now, for something that opens over the page. The answer gives it back, unless something
 * else has it by then. An item of a menu is gone by then: its menu's button gets the focus.
 */
export function rememberFocus(): () => void {
  const active = document.activeElement;
  const menu = active?.closest('[role=menu]')?.getAttribute('aria-labelledby');
  const opener = menu ? document.getElementById(menu) : active;
  return () => {
    setTimeout(() => {
      const isFree = document.activeElement === null || document.activeElement === document.body;
      if (isFree && opener instanceof HTMLElement && opener.isConnected) opener.focus({ preventScroll: true });
    }, WAIT_MS);
  };
}
