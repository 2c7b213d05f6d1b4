// Starts the studio: styles, then the root element.
import '@vaadin/aura/aura.css'
import './tokens.css'
import './base.css'
import { t } from './i18n.ts'
import { followPending } from './pending.ts'
import { applyTheme } from './session.ts'
import { toast } from './toast.ts'
import '../shell/app.ts'

applyTheme()
followPending()

// A newer version was installed and the files of this one are gone. Nothing typed is thrown away: the person says when.
addEventListener('vite:preloadError', (event) => {
  event.preventDefault()
  toast(t('app.newVersion'), { kind: 'failed', action: { label: t('app.reload'), run: () => location.reload() } })
})
