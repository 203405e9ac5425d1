package io.github.changeover.testkit;

import io.github.changeover.connection.TransportConnection;
import io.github.changeover.dryrun.DryRun;
import io.github.changeover.dryrun.TypedRequest;
import io.github.changeover.negotiation.UpgradeResponse;
import io.github.changeover.negotiation.Verdict;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.Fields;
import io.github.changeover.spi.OriginalResponse;
import io.github.changeover.spi.SwitchContext;
import io.github.changeover.spi.UpgradeProtocol;
import io.github.changeover.spi.UpgradeRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * One client connection of a {@link MemoryServer}: HTTP until a 101, then the new protocol. Content of a request must have a
 * {@code Content-Length}.
 */
final class MemoryExchange implements ByteLine {
    private final MemoryServer server;
    private final MemoryTransport transport = new MemoryTransport();
    private byte[] pending = {};
    private boolean switched, closed;

    MemoryExchange(MemoryServer server) {
        this.server = server;
    }

    @Override
    public int read(byte[] bytes, int offset, int length, long deadline) throws IOException {
        return transport.awaitPeerReceived(bytes, offset, length, deadline);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        byte[] sent = Arrays.copyOfRange(bytes, offset, offset + length);
        if (switched) {
            transport.peerSends(sent);
            server.runCallbacks();
            return;
        }
        int before = pending.length;
        pending = Arrays.copyOf(pending, before + length);
        System.arraycopy(sent, 0, pending, before, length);
        boolean more = true;
        while (more && !switched && !closed) more = next();
        server.runCallbacks();
    }

    /** Responds to the next request if it is complete. Returns whether it was. */
    private boolean next() throws IOException {
        String text = new String(pending, StandardCharsets.ISO_8859_1);
        int end = text.indexOf("\r\n\r\n");
        if (end < 0) return false;
        TypedRequest.ParseResult reading = typed(text.substring(0, end)).read();
        if (reading instanceof TypedRequest.ParseResult.MalformedRequest malformed) {
            answer(OriginalResponse.of(400, Fields.of("Connection", "close"), (malformed.advice() + "\n").getBytes(StandardCharsets.UTF_8)), Fields.none());
            abort();
            return false;
        }
        UpgradeRequest request = ((TypedRequest.ParseResult.ParsedRequest) reading).request();
        if (request.chunked()) throw new AssertionError("A MemoryServer takes content with a length only, not chunked");
        int whole = end + 4 + Math.toIntExact(request.contentLength().orElse(0));
        if (pending.length < whole) return false;
        byte[] content = Arrays.copyOfRange(pending, end + 4, whole);
        pending = Arrays.copyOfRange(pending, whole, pending.length);
        respond(DryRun.of(request, server.policy(), server.toggles()), content);
        return true;
    }

    private TypedRequest typed(String head) {
        String[] lines = head.split("\r\n", -1);
        String[] words = lines[0].split(" ", -1);
        if (words.length != 3) words = new String[] {"", lines[0], ""};     // the parser rejects this as malformed
        return new TypedRequest(words[0], words[1], words[2], List.of(lines).subList(1, lines.length), server.user(), server.roles());
    }

    private void respond(DryRun played, byte[] content) throws IOException {
        if (played.response() instanceof UpgradeResponse.Ordinary) {
            answer(server.page(played.request()), played.fields());
        } else if (played.response() instanceof UpgradeResponse.Login) {
            answer(OriginalResponse.of(401, Fields.of("WWW-Authenticate", "Basic realm=\"memory\""), new byte[0]), Fields.none());
        } else if (played.verdict().decision() instanceof Decision.Switch change) {
            upgrade(played, change, content);
        } else {
            write(played.bytes());
        }
        boolean asked = played.request().fields().values("Connection").stream().anyMatch(value -> value.toLowerCase(java.util.Locale.ROOT).contains("close"));
        if (!switched && (asked || played.verdict().closeAfterRefusal() || played.request().protocol().equals("HTTP/1.0"))) abort();
    }

    private void upgrade(DryRun played, Decision.Switch change, byte[] content) throws IOException {
        Verdict verdict = played.verdict();
        UpgradeProtocol protocol = verdict.protocol().orElseThrow();
        Optional<OriginalResponse> original = protocol.answersOriginalRequest() ? Optional.of(server.page(played.request())) : Optional.empty();
        SwitchContext context = SwitchContext.of(played.request(), verdict.token().orElseThrow(), content, original);
        ConnectionHandler handler = change.handler().apply(context);
        handler.prepare(context);
        if (handler instanceof ConnectionHandler.Blocking) server.live().blocking().reserve();
        switched = true;
        write(played.bytes());
        transport.peerSends(pending);
        transport.whileWaiting(server::runCallbacks).open(new TransportConnection(server.live(), played.request(), verdict.token().orElseThrow(), protocol.earlyData(), handler, () -> { }));
    }

    private void answer(OriginalResponse page, Fields added) throws IOException {
        Fields fields = page.fields().without("Content-Length");
        for (Fields.Line line : added) fields = fields.with(line.name(), line.value());
        StringBuilder head = new StringBuilder("HTTP/1.1 " + page.status() + " \r\n");
        fields.forEach(line -> head.append(line.name()).append(": ").append(line.value()).append("\r\n"));
        write(head.append("Content-Length: ").append(page.body().length()).append("\r\n\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        write(page.body().bytes());
    }

    private void write(byte[] bytes) throws IOException {
        transport.write(ByteBuffer.wrap(bytes));
    }

    private void abort() {
        closed = true;
        transport.close();
    }

    @Override
    public void endOutput() {
        if (switched) transport.peerEnds();
        else abort();
        server.runCallbacks();
    }

    @Override
    public void reset() {
        if (switched) transport.peerResets();
        else abort();
        server.runCallbacks();
    }

    @Override
    public void close() {
        endOutput();
    }
}
