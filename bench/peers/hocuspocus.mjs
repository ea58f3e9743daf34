// A Hocuspocus server without extensions, as its documentation starts one: PORT from the environment, on loopback.
import { Server } from '@hocuspocus/server'

await new Server({ address: '127.0.0.1', port: Number(process.env.PORT), quiet: true }).listen()
