package io.github.changeover.servlet.capture;

import io.github.changeover.negotiation.Explanation.Ground;
import io.github.changeover.negotiation.UpgradeResponse;
import io.github.changeover.servlet.adapter.RequestRepair;
import io.github.changeover.servlet.settings.Settings;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.UpgradeRequest;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** The content of a request, read to the end of its framing before the switch; or the reason why it was not read. */
public sealed interface BufferedContent {
    /** @param bytes counted in the memory of the request */
    record Bytes(byte[] bytes) implements BufferedContent {
    }

    record RejectedContent(Decision.Refuse refusal, Ground ground) implements BufferedContent {
    }

    /**
     * Reads the content. Takes at most {@code changeover.negotiation.timeout}, even if the bytes arrive slowly.
     *
     * @param memory null if the request has no content
     */
    static BufferedContent read(HttpServletRequest http, UpgradeRequest request, Settings settings, RequestRepair repair, RequestMemory memory) {
        if (!request.hasContent()) return new Bytes(GrowingArray.NOTHING);
        long limit = settings.maxContent();
        if (request.contentLength().orElse(0) > limit) return tooLong(limit);
        long end = System.nanoTime() + settings.negotiation().toNanos();
        byte[] buffer = new byte[8192];
        GrowingArray content = new GrowingArray(memory, (int) request.contentLength().orElse(limit));
        RequestRepair.ReadTimeout timeout = repair.readTimeout(http);
        try {
            InputStream in = http.getInputStream();
            for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
                timeout.set(1 + left / 1_000_000);
                int count = in.read(buffer);
                boolean tooLong = count > 0 && content.size + count > limit;
                if (count < 0 || tooLong || !content.append(buffer, count)) {
                    timeout.restore();
                    if (tooLong) return tooLong(limit);
                    return count < 0 ? complete(content, request) : noMemory();
                }
            }
            // the read timeout stays short: the container may read the rest before it closes
        } catch (IOException failure) {
            if (end - System.nanoTime() > 0) return malformed();
        }
        return refused(408, Ground.LIMIT, "The content of an upgrade request did not arrive completely within "
                + settings.negotiation().toMillis() + " ms (changeover.negotiation.timeout)");
    }

    /** A growing byte array whose memory is counted before it grows. Nothing is allocated for an announced length. */
    final class GrowingArray {
        private static final byte[] NOTHING = new byte[0];
        private final RequestMemory memory;
        private final int limit;
        private byte[] bytes = NOTHING;
        private int size;

        private GrowingArray(RequestMemory memory, int limit) {
            this.memory = memory;
            this.limit = limit;
        }

        /** Returns false if there is not enough memory for the bytes. */
        private boolean append(byte[] more, int count) {
            int needed = size + count;
            if (needed > bytes.length && !resize((int) Math.max(needed, Math.min(limit, 2L * needed)))) return false;
            System.arraycopy(more, 0, bytes, size, count);
            size = needed;
            return true;
        }

        private boolean resize(int length) {
            if (length == bytes.length) return true;
            if (!memory.reserve(length)) return false;
            int before = bytes.length;
            bytes = Arrays.copyOf(bytes, length);
            memory.release(before);
            return true;
        }
    }

    private static BufferedContent complete(GrowingArray content, UpgradeRequest request) {
        if (content.size < request.contentLength().orElse(0)) return malformed();
        return content.resize(content.size) ? new Bytes(content.bytes) : noMemory();
    }

    private static BufferedContent malformed() {
        return refused(400, Ground.MALFORMED_MESSAGE, "The content of this request does not match its framing");
    }

    private static BufferedContent tooLong(long limit) {
        return refused(413, Ground.LIMIT, "The content of an upgrade request is limited to " + limit + " bytes here (changeover.content.max)");
    }

    private static BufferedContent noMemory() {
        return new RejectedContent(UpgradeResponse.retryLater(503,
                "There is not enough memory to read the content of this request (changeover.memory.max). Try again later."), Ground.LIMIT);
    }

    private static BufferedContent refused(int status, Ground ground, String reason) {
        return new RejectedContent(new Decision.Refuse(status, reason), ground);
    }
}
