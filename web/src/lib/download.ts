/** Has the browser save a file. */
export function save(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has read the address by then, not necessarily the content.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
