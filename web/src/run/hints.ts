import type { RunResult } from '../api/types';

/** A hint after a run that did what people try first, and that works otherwise here. */
export function hintFor(result: RunResult, files: () => Iterable<string>): string | null {
  if (result.language !== 'python' || result.run === null) return null;
  const missing = /ModuleNotFoundError: No module named '(numpy|pandas|matplotlib)/.exec(result.run.stderr || result.run.stdout);
  if (missing !== null) {
    return `This server's Python comes without ${missing[1]}. Whoever runs the server can add numpy, pandas and matplotlib.`;
  }
  if ((result.outputFiles?.length ?? 0) > 0) return null;
  for (const text of files()) {
    if (/\bmatplotlib\b/.test(text) && /\.show\s*\(/.test(text) && !/\.savefig\s*\(/.test(text)) {
      return 'There is no window for show() here. Write plt.savefig("plot.png") instead: the picture then appears with the output.';
    }
  }
  return null;
}
