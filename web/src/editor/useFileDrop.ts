import { useEffect, useRef, useState } from 'react';

/**
 * Takes files that are dropped anywhere on the page: the browser would leave the page for them, and the editor would
 * paste them. Tells whether some hover over it.
 */
export function useFileDrop(onFiles: ((files: File[]) => void) | null): boolean {
  const [hovering, setHovering] = useState(false);
  const handler = useRef(onFiles);
  handler.current = onFiles;

  useEffect(() => {
    const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
    const onOver = (event: DragEvent) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      event.dataTransfer!.dropEffect = handler.current === null ? 'none' : 'copy';
      setHovering(handler.current !== null);
    };
    const onLeave = (event: DragEvent) => {
      if (event.relatedTarget === null) setHovering(false);
    };
    const onDrop = (event: DragEvent) => {
      setHovering(false);
      if (!carriesFiles(event)) return;
      event.preventDefault();
      event.stopPropagation();
      handler.current?.([...event.dataTransfer!.files]);
    };
    // On the way down, before the editor hears of it.
    window.addEventListener('dragover', onOver, true);
    window.addEventListener('dragleave', onLeave, true);
    window.addEventListener('drop', onDrop, true);
    return () => {
      window.removeEventListener('dragover', onOver, true);
      window.removeEventListener('dragleave', onLeave, true);
      window.removeEventListener('drop', onDrop, true);
    };
  }, []);
  return hovering;
}
