// The status page: asks the local API, then follows /ws/sync. Everything foreign (names, notes,
// numbers) goes into the page as text nodes, never as markup.
'use strict';

const REFRESH_DELAY_MS = 300; // events come in bursts; one refresh answers a burst
const FIGURES_EVERY_MS = 10000; // what has no event: links, uploads, figures of the terminal
const RECONNECT_MS = 1000;
const RECONNECT_MAX_MS = 15000;
const EVENTS_SHOWN = 20;
const ORDERS_SHOWN = 100;
const ORDERS_FIRST = 12; // so that what stands below is not a hundred rows away on a phone

const byId = (id) => document.getElementById(id);
const money = new Intl.NumberFormat('pt-BR', { style: 'currency', currency: 'BRL' });
const whole = new Intl.NumberFormat('pt-BR');
const clock = new Intl.DateTimeFormat('pt-BR', { hour: '2-digit', minute: '2-digit', second: '2-digit' });

const EVENT_TEXTS = {
  'order:created': 'Pedido aberto',
  'order:updated': 'Pedido alterado',
  'order:cancelled': 'Pedido cancelado',
  'payment:completed': 'Pagamento recebido',
  'table:status:changed': 'Mesa mudou',
  'table:assigned': 'Garçom da mesa',
  'catalog:updated': 'Cardápio mudou',
  'day:closed': 'Dia fechado',
  'account:updated': 'Cliente alterado',
  'settings:updated': 'Configurações mudaram',
  'inventory:updated': 'Estoque mudou',
  'cashier:opened': 'Caixa aberto',
  'cashier:closed': 'Caixa encerrado',
  'dispute:opened': 'Conflito aberto',
  'dispute:resolved': 'Conflito resolvido',
  'peer:online': 'Terminal ligado',
  'peer:offline': 'Terminal desligado',
  'peer:lagging': 'Atraso de um terminal',
};

const STATUS_TEXTS = {
  aberto: 'Aberto',
  conta_pedida: 'Conta pedida',
  fechado: 'Fechado',
  pago: 'Pago',
  cancelado: 'Cancelado',
  juntado: 'Juntado',
};

const TYPE_TEXTS = {
  mesa: 'Mesa',
  comanda: 'Comanda',
  balcao: 'Balcão',
  viagem: 'Viagem',
  entrega: 'Entrega',
};

function element(tag, text, className) {
  const made = document.createElement(tag);
  if (text !== undefined && text !== null) made.textContent = String(text);
  if (className) made.className = className;
  return made;
}

function reais(centavos) {
  return money.format((centavos ?? 0) / 100);
}

async function ask(path, options) {
  const answer = await fetch(path, { credentials: 'same-origin', cache: 'no-store', ...options });
  if (answer.status === 401) {
    showEntrance();
    throw new Error('sem chave');
  }
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.title ?? `erro ${answer.status}`);
  return body;
}

function send(path, body) {
  return ask(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body ?? {}),
  });
}

// --- entrance ---------------------------------------------------------------------------------

function showEntrance() {
  byId('entrada').hidden = false;
  byId('painel').hidden = true;
  byId('sair').hidden = true;
  badge('espera', 'Sem chave');
  byId('chave').focus();
}

byId('formulario').addEventListener('submit', async (event) => {
  event.preventDefault();
  const field = byId('chave');
  byId('erro').hidden = true;
  try {
    const answer = await fetch('/entrar', {
      method: 'POST',
      credentials: 'same-origin',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ chave: field.value.trim() }),
    });
    const body = answer.status === 204 ? {} : await answer.json();
    if (!answer.ok) throw new Error([body.title, body.como_resolver].filter(Boolean).join(' '));
    field.value = '';
    start();
  } catch (error) {
    byId('erro').textContent = error.message;
    byId('erro').hidden = false;
  }
});

byId('sair').addEventListener('click', async () => {
  await fetch('/sair', {
    method: 'POST',
    credentials: 'same-origin',
    headers: { 'Content-Type': 'application/json' },
    body: '{}',
  });
  location.reload();
});

// --- figures ----------------------------------------------------------------------------------

function badge(state, text) {
  const shown = byId('conexao');
  shown.dataset.estado = state;
  shown.textContent = text;
}

function pairs(list, rows) {
  list.replaceChildren(...rows.flatMap(([name, value]) => [element('dt', name), element('dd', value)]));
}

function when(value) {
  return value ? clock.format(new Date(value)) : 'nunca';
}

async function showTerminal() {
  const terminal = await ask('/api/terminal');
  document.title = `Malha · ${terminal.letras}`;
  byId('letras').textContent = terminal.letras;
  byId('nome').textContent = terminal.nome || `Terminal ${terminal.letras}`;
  byId('loja').textContent = `Loja ${terminal.loja.slice(0, 8)}`;
  pairs(byId('terminal'), [
    ['Dispositivo', terminal.dispositivo.slice(0, 12)],
    ['Alterações no registro', whole.format(terminal.posicao)],
    ['Impressão do conteúdo', terminal.digest.slice(0, 12)],
    ['Versão', terminal.versao],
  ]);
}

async function showFigures() {
  const figures = await ask('/api/estatisticas?dia=hoje');
  byId('n-pedidos').textContent = whole.format(figures.pedidos);
  byId('n-abertos').textContent = whole.format(figures.abertos);
  byId('n-receita').textContent = reais(figures.receita_centavos);
  byId('n-recebido').textContent = reais(figures.recebido_centavos);
  byId('n-pendentes').textContent = figures.pendentes === null ? '–' : whole.format(figures.pendentes);
}

async function showOrders() {
  const answer = await ask(`/api/pedidos?dia=hoje&limite=${ORDERS_SHOWN}`);
  const shown = allOrders ? answer.pedidos : answer.pedidos.slice(0, ORDERS_FIRST);
  byId('pedidos').replaceChildren(...shown.map(orderRow));
  byId('pedidos-vazio').hidden = answer.pedidos.length > 0;
  byId('pedidos-mais').hidden = answer.pedidos.length <= ORDERS_FIRST;
  const last = Math.min(answer.total, ORDERS_SHOWN);
  byId('pedidos-mais').textContent = allOrders ? 'Mostrar menos' : `Mostrar os últimos ${last}`;
}

let allOrders = false;

byId('pedidos-mais').addEventListener('click', () => {
  allOrders = !allOrders;
  showOrders();
});

function orderRow(order) {
  const row = element('tr');
  const due = order.saldo_centavos ?? 0;
  const place = order.mesa_nome || order.comanda || TYPE_TEXTS[order.tipo] || order.tipo;
  const number = element('td', order.numero);
  number.append(element('span', place, 'onde'));
  row.append(
    number,
    element('td', place, 'so-largo'),
    element('td', STATUS_TEXTS[order.status] ?? order.status),
    element('td', order.itens.filter((item) => !item.cancelado).length, 'direita so-largo'),
    element('td', reais(order.total_centavos), 'direita'),
    dueCell(due),
  );
  return row;
}

function dueCell(due) {
  const cell = element('td', due === 0 ? '–' : reais(Math.abs(due)), 'direita');
  if (due < 0) cell.append(element('span', 'pago a mais', 'abaixo'));
  return cell;
}

let disputesShown = '';

async function showDisputes() {
  const { conflitos } = await ask('/api/conflitos');
  const seen = JSON.stringify(conflitos);
  if (seen === disputesShown) return; // so that an opened choice stays open
  disputesShown = seen;
  byId('cartao-conflitos').hidden = conflitos.length === 0;
  byId('conta-conflitos').textContent = `(${whole.format(conflitos.length)})`;
  byId('conflitos').replaceChildren(
    ...conflitos.map(disputeItem),
  );
}

function disputeItem(dispute) {
  const item = element('li', null, 'decisao');
  const head = element('div', dispute.titulo, 'principal');
  const side = [
    dispute.numero && `Pedido ${dispute.numero}`,
    dispute.gravidade_texto,
    `decide: ${dispute.quem_texto}`,
  ].filter(Boolean);
  item.append(head, element('div', side.join(' · '), 'miudo'));
  const choices = element('div', null, 'opcoes');
  const more = element('details');
  more.append(element('summary', 'Decidir'), choices);
  for (const code of dispute.opcoes) {
    const button = element('button', dispute.opcoes_textos[code] ?? code);
    button.type = 'button';
    button.addEventListener('click', () => settle(dispute, code, button.textContent));
    choices.append(button);
  }
  if (dispute.opcoes.length === 0) {
    choices.append(element('span', 'Termina sozinho quando a situação acabar.', 'miudo'));
  }
  item.append(more);
  return item;
}

// Only what this page showed is decided: facts that came meanwhile keep the dispute open.
async function settle(dispute, code, text) {
  const what = [dispute.titulo, dispute.numero].filter(Boolean).join(', ');
  if (!confirm(`${what}\n\nRegistrar a decisão “${text}”? Ela registra o que foi decidido; não move dinheiro.`)) return;
  try {
    await send(`/api/conflitos/${dispute.id}/resolver`, { escolha: code, fatos: dispute.fatos });
  } catch (error) {
    alert(error.message);
  }
  disputesShown = '';
  await showDisputes();
}

function twoSides(main, side) {
  const item = element('li');
  item.append(element('span', main, 'principal'), element('span', side, 'lado'));
  return item;
}

async function showLinks() {
  const { ligacoes, conhecidos, atrasos } = await ask('/api/sync/malha');
  const missing = new Map(
    atrasos.map((lag) => [lag.dispositivo, Math.max(lag.falta_receber, lag.falta_la ?? 0)]),
  );
  const off = conhecidos.filter((terminal) => !terminal.ligado);
  byId('ligacoes').replaceChildren(
    ...ligacoes.map((link) => {
      const item = twoSides(link.nome || link.letras || link.endereco, '');
      const behind = missing.get(link.dispositivo) ?? 0;
      const state = element('span', behind ? `faltam ${whole.format(behind)}` : link.estado, 'selo');
      state.dataset.estado = link.estado === 'ligado' && !behind ? 'bom' : 'espera';
      item.lastChild.replaceWith(state);
      return item;
    }),
    ...off.map((terminal) => {
      const item = twoSides(`${terminal.letras} · ${terminal.nome}`, '');
      const state = element('span', 'desligado', 'selo');
      state.dataset.estado = 'ruim';
      item.lastChild.replaceWith(state);
      return item;
    }),
  );
  byId('ligacoes-vazio').hidden = ligacoes.length + off.length > 0;
}

async function showUplink() {
  const status = await ask('/api/sync/status');
  const warnings = status.avisos.map((each) => each.mensagem);
  if (byId('avisos').textContent !== warnings.join('')) {  // told once, also to who hears the page
    byId('avisos').replaceChildren(...warnings.map((each) => element('p', each, 'erro')));
  }
  byId('sincronizar').hidden = !status.configurado;
  if (!status.configurado) {
    pairs(byId('nuvem'), [['Situação', 'Não configurada']]);
    return;
  }
  pairs(byId('nuvem'), [
    ['Situação', status.situacao],
    ['A enviar', whole.format(status.pendentes)],
    ['Último envio', when(status.ultima_sincronizacao)],
    ['Último erro', status.ultimo_erro || 'nenhum'],
  ]);
}

byId('sincronizar').addEventListener('click', async () => {
  const button = byId('sincronizar');
  button.disabled = true;
  try {
    const answer = await send('/api/sync/iniciar');
    byId('sincronizar-resposta').textContent = answer.mensagem;
    await showUplink();
  } catch (error) {
    byId('sincronizar-resposta').textContent = error.message;
  } finally {
    button.disabled = false;
  }
});

// --- live -------------------------------------------------------------------------------------

let wanted = 0;
let socket = null;
let attempts = 0;
let figuresTimer = 0;

function refreshSoon() {
  if (wanted) return;
  wanted = setTimeout(async () => {
    wanted = 0;
    await Promise.allSettled([showFigures(), showOrders(), showDisputes(), showLinks()]);
  }, REFRESH_DELAY_MS);
}

function showEvent(event) {
  const data = event.data ?? {};
  const subject = [data.numero, data.nome, data.letras].filter(Boolean).slice(0, 1).map((it) => ` ${it}`).join('');
  const text = `${EVENT_TEXTS[event.type] ?? event.type}${subject}`;
  const list = byId('eventos');
  list.prepend(twoSides(text, `${event.origin ?? ''} ${when(event.timestamp)}`.trim()));
  while (list.children.length > EVENTS_SHOWN) list.lastChild.remove();
  byId('eventos-vazio').hidden = true;
}

function follow() {
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  socket = new WebSocket(`${scheme}://${location.host}/ws/sync`);
  socket.addEventListener('open', () => {
    attempts = 0;
    badge('bom', 'Ao vivo');
    refreshSoon();
  });
  socket.addEventListener('message', (message) => {
    const event = JSON.parse(message.data);
    if (event.type in EVENT_TEXTS) showEvent(event);
    if (event.type in EVENT_TEXTS || event.type === 'refresh_required') refreshSoon();
  });
  socket.addEventListener('close', () => {
    badge('ruim', 'Sem conexão');
    attempts += 1;
    const delay = Math.min(RECONNECT_MS * 2 ** (attempts - 1), RECONNECT_MAX_MS);
    setTimeout(start, delay * (0.75 + Math.random() / 2));
  });
}

async function start() {
  try {
    await showTerminal();
  } catch (error) {
    if (error.message !== 'sem chave') setTimeout(start, RECONNECT_MS * 3);
    return;
  }
  byId('entrada').hidden = true;
  byId('painel').hidden = false;
  byId('sair').hidden = false;
  const parts = () => Promise.allSettled([showLinks(), showUplink(), showTerminal()]);
  await Promise.allSettled([showFigures(), showOrders(), showDisputes(), parts()]);
  clearInterval(figuresTimer);
  figuresTimer = setInterval(parts, FIGURES_EVERY_MS);
  follow();
}

start();
