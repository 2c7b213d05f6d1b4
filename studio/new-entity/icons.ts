// A hand of icons for new entities; files of metadata may name any of the set.
export const ICONS = [
  'box', 'package', 'wrench', 'hammer', 'car', 'truck', 'bike', 'plane', 'ship', 'building-2', 'house', 'warehouse', 'factory', 'store', 'school',
  'hospital', 'landmark', 'map-pin', 'globe', 'trees', 'leaf', 'flower-2', 'dog', 'cat', 'user', 'users', 'contact', 'id-card', 'baby', 'heart-pulse',
  'stethoscope', 'pill', 'syringe', 'graduation-cap', 'book-open', 'library', 'file-text', 'files', 'clipboard-list', 'folder', 'scale', 'gavel',
  'briefcase', 'handshake', 'banknote', 'credit-card', 'receipt', 'chart-column', 'target', 'flag', 'trophy', 'star', 'calendar', 'clock', 'ticket',
  'megaphone', 'mail', 'phone', 'message-square', 'camera', 'image', 'music', 'film', 'palette', 'monitor', 'smartphone', 'server', 'database',
  'key-round', 'shield', 'lock', 'bug', 'lightbulb', 'rocket', 'flask-conical', 'microscope', 'utensils', 'coffee', 'shopping-cart', 'gift', 'zap',
] as const
