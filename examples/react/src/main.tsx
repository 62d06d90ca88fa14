import { createRoot } from 'react-dom/client'
import { App } from './App'
import './style.css'

const app = document.querySelector('#app')
if (app !== null) createRoot(app).render(<App />)
