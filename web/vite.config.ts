import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { compressed } from './vite.compress';

const server = process.env.CODECRAFTER_SERVER ?? 'http://localhost:5000';

export default defineConfig({
  plugins: [react(), compressed()],
  build: {
    target: 'es2022',
    // The content security policy allows no data: fonts, and small files are cheap over one connection.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
  },
  server: {
    // `npm run dev` beside a running server: pages from Vite, everything else from the server.
    proxy: {
      '/api': server,
      '/health': server,
      '/hubs': { target: server, ws: true },
      '/collab': { target: server, ws: true },
    },
  },
  test: { environment: 'node', include: ['src/**/*.test.ts'] },
});
