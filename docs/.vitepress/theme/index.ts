import DefaultTheme from 'vitepress/theme';
import './file-names.css';
import './tables.css';

export default DefaultTheme;
