// Starts the studio: styles, then the root element.
import '@vaadin/aura/aura.css'
import './tokens.css'
import './base.css'
import { applyTheme } from './session.ts'
import '../shell/app.ts'

applyTheme()
