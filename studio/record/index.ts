// The pages of one record: <rl-record-page>, <rl-create-panel>.
import '../fields/index.ts'
import './create-panel.ts'
import './page.ts'
