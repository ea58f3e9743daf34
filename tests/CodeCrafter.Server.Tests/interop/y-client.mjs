// Stock Yjs clients (yjs + y-websocket, unchanged), driven by the tests: one JSON command a line on standard input,
// one JSON answer a line on standard output. Clients are named, so that one process can hold many.
import { createInterface } from 'node:readline';
import * as decoding from 'lib0/decoding';
import WebSocket from 'ws';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';

// y-websocket warns of refused edits with the whole address, access token included.
console.warn = () => {};

const clients = new Map();

function connect({ name, url, session, token, params, reconnect = true }) {
  const doc = new Y.Doc();
  const provider = new WebsocketProvider(url, session, doc, {
    params: { access_token: token, ...params },
    WebSocketPolyfill: WebSocket,
    disableBc: true,
  });
  const client = { doc, provider, closes: [], denials: [], acks: 0 };
  if (!reconnect) provider.shouldReconnect = () => false;
  provider.on('connection-close', (event) => client.closes.push(event ? { code: event.code, reason: event.reason } : null));
  const auth = provider.messageHandlers[2];
  provider.messageHandlers[2] = (...args) => {
    client.denials.push('denied');
    auth(...args);
  };
  // The acknowledgements of this server: see docs/decisions/0002.
  provider.messageHandlers[100] = (encoder, decoder) => {
    client.acks = decoding.readVarUint(decoder);
    provider.emit('sync', [true]);
  };
  clients.set(name, client);
  return until({ name, what: 'synced' });
}

const text = (client, file) => client.doc.getMap('files').get(file)?.toString() ?? null;

const conditions = {
  synced: (client) => client.provider.synced,
  text: (client, { file, equals }) => text(client, file) === equals,
  contains: (client, { file, value }) => text(client, file)?.includes(value) ?? false,
  length: (client, { file, value }) => text(client, file)?.length === value,
  language: (client, { equals }) => client.doc.getMap('meta').get('language') === equals,
  acks: (client, { count }) => client.acks >= count,
  closed: (client) => client.closes.length > 0,
  denied: (client) => client.denials.length > 0,
  states: (client, { count }) => client.provider.awareness.getStates().size === count,
};

// Waits for events of the client, not for time; the time limit only turns a hang into a failure.
function until({ name, what, ...args }) {
  const client = clients.get(name);
  const holds = () => conditions[what](client, args);
  return new Promise((resolve, reject) => {
    const events = [[client.doc, 'update'], [client.provider, 'sync'], [client.provider, 'connection-close'], [client.provider.awareness, 'change']];
    const check = () => holds() && finish(resolve, describe(client));
    const timer = setTimeout(() => finish(reject, new Error(`${name}: '${what}' did not come: ${JSON.stringify(describe(client))}`)), 30_000);
    const poll = setInterval(check, 100);
    function finish(settle, value) {
      clearTimeout(timer);
      clearInterval(poll);
      events.forEach(([source, event]) => source.off(event, check));
      settle(value);
    }
    events.forEach(([source, event]) => source.on(event, check));
    check();
  });
}

function describe(client) {
  return {
    files: Object.fromEntries([...client.doc.getMap('files').entries()].map(([path, value]) => [path, value.toString()])),
    meta: client.doc.getMap('meta').toJSON(),
    synced: client.provider.synced,
    closes: client.closes,
    denials: client.denials.length,
    acks: client.acks,
    states: [...client.provider.awareness.getStates().entries()].map(([id, state]) => ({ id, ...state })),
    stateVector: Buffer.from(Y.encodeStateVector(client.doc)).toString('base64'),
    state: Buffer.from(Y.encodeStateAsUpdate(client.doc)).toString('base64'),
  };
}

const commands = {
  connect,
  until,
  describe: ({ name }) => describe(clients.get(name)),
  insert({ name, file, index, value }) {
    const { doc } = clients.get(name);
    const files = doc.getMap('files');
    if (!files.has(file)) files.set(file, new Y.Text());
    files.get(file).insert(index, value);
  },
  delete({ name, file, index, length }) {
    clients.get(name).doc.getMap('files').get(file).delete(index, length);
  },
  // One transaction for each character, as a person types.
  type({ name, file, value }) {
    const target = clients.get(name).doc.getMap('files').get(file);
    for (const character of value) target.insert(target.length, character);
  },
  awareness({ name, state }) {
    clients.get(name).provider.awareness.setLocalState(state);
  },
  send({ name, base64 }) {
    clients.get(name).provider.ws.send(Buffer.from(base64, 'base64'));
  },
  disconnect({ name }) {
    clients.get(name).provider.disconnect();
  },
  reconnect({ name }) {
    clients.get(name).provider.connect();
  },
};

createInterface({ input: process.stdin })
  .on('line', async (line) => {
    const { id, command, ...args } = JSON.parse(line);
    try {
      const result = await commands[command](args);
      process.stdout.write(`${JSON.stringify({ id, result: result ?? null })}\n`);
    } catch (error) {
      process.stdout.write(`${JSON.stringify({ id, error: String(error.stack ?? error) })}\n`);
    }
  })
  .on('close', () => process.exit(0));
