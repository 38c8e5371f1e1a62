import './base.css';
import './mantine-styles.ts';
import './styles.css';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { correctLanguage } from './ui/config/browser-language.ts';
import { readConfig } from './ui/config/console-config.ts';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no element with the id "root".');
correctLanguage(navigator);
createRoot(root).render(<App config={readConfig(document)} />);
