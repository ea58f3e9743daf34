import type { ChatMessage, UserRef } from '../api/types';
import { Store } from '../lib/store';
import type { SessionHub } from './hub';

const TYPING_SHOWN_MS = 8000;
const TYPING_SENT_EVERY_MS = 3000;
const MAX_MESSAGES = 500;

/** The chat of a session. */
export class Chat {
  readonly messages = new Store<readonly ChatMessage[]>([]);
  /** Others who are writing right now. */
  readonly typing = new Store<readonly UserRef[]>([]);
  readonly unread = new Store(0);

  private visible = false;
  private typingSent = 0;
  private readonly typingTimers = new Map<string, ReturnType<typeof setTimeout>>();
  private joined = false;

  constructor(private readonly sessionId: string, private readonly me: UserRef, private readonly hub: SessionHub) {}

  readonly events = {
    MessageReceived: (message: ChatMessage) => this.received([message]),
    TypingChanged: (event: { user: UserRef; isTyping: boolean }) => this.typingChanged(event.user, event.isTyping),
  };

  /** After entering, also again: what was written meanwhile counts as unread. */
  entered(messages: readonly ChatMessage[]): void {
    this.clearTyping();
    if (this.joined) this.received(messages);
    else this.messages.set(messages);
    this.joined = true;
  }

  /** While somebody looks at the chat, nothing in it is unread. */
  setVisible(visible: boolean): void {
    this.visible = visible;
    if (visible) this.unread.set(0);
  }

  async send(text: string): Promise<void> {
    const message = await this.hub.invoke<ChatMessage>('SendMessage', this.sessionId, text);
    this.received([message]);
    this.setTyping(false);
  }

  /** Call with each change of what is being written. */
  setTyping(isTyping: boolean): void {
    const now = Date.now();
    if (isTyping ? now - this.typingSent < TYPING_SENT_EVERY_MS : this.typingSent === 0) return;
    this.typingSent = isTyping ? now : 0;
    // Nothing depends on it: a lost one ends by itself.
    this.hub.invoke('SetTyping', this.sessionId, isTyping).catch(() => undefined);
  }

  destroy(): void {
    for (const timer of this.typingTimers.values()) clearTimeout(timer);
  }

  private received(incoming: readonly ChatMessage[]): void {
    const known = new Set(this.messages.get().map((m) => m.id));
    const fresh = incoming.filter((m) => !known.has(m.id));
    if (fresh.length === 0) return;
    this.messages.update((before) => [...before, ...fresh].slice(-MAX_MESSAGES));
    for (const message of fresh) this.typingChanged(message.user, false);
    if (!this.visible) this.unread.update((n) => n + fresh.filter((m) => m.user.id !== this.me.id).length);
  }

  private typingChanged(user: UserRef, isTyping: boolean): void {
    if (user.id === this.me.id) return;
    clearTimeout(this.typingTimers.get(user.id));
    this.typingTimers.delete(user.id);
    const others = this.typing.get().filter((u) => u.id !== user.id);
    if (isTyping) {
      this.typing.set([...others, user]);
      this.typingTimers.set(user.id, setTimeout(() => this.typingChanged(user, false), TYPING_SHOWN_MS));
    } else if (others.length !== this.typing.get().length) {
      this.typing.set(others);
    }
  }

  private clearTyping(): void {
    this.destroy();
    this.typingTimers.clear();
    this.typing.set([]);
  }
}
