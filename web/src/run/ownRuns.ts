const KEY = 'codecrafter-runs';
const MOST = 20;

/** The runs that this tab asked for. It knows them again after it was reloaded, and no other tab takes them for its own. */
export class OwnRuns {
  private ids: string[];

  constructor(private readonly storage: Pick<Storage, 'getItem' | 'setItem'> = sessionStorage) {
    this.ids = (storage.getItem(KEY) ?? '').split(' ');
  }

  has(jobId: string): boolean {
    return this.ids.includes(jobId);
  }

  add(jobId: string): void {
    if (this.has(jobId)) return;
    this.ids = [...this.ids, jobId].slice(-MOST);
    this.storage.setItem(KEY, this.ids.join(' '));
  }
}
