import './page.css';

document.title = 'runcomfy-batch';
