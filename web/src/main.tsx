import { createRoot } from 'react-dom/client';
import './app/styles';
import { App } from './app/App';
import { auth } from './api';

void auth.start();
createRoot(document.getElementById('root')!).render(<App />);
