package io.github.changeover.servlet;

import io.github.changeover.negotiation.Explanation.Ground;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.UpgradeRequest;
import jakarta.servlet.http.HttpServletRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;

/** The content of a request, read to the end of its framing before the connection changes; or why it was not. */
sealed interface WholeContent {
    record Octets(byte[] octets) implements WholeContent {
    }

    record Refused(Decision.Refuse refusal, Ground ground) implements WholeContent {
    }

    /** Reads for no longer than {@code changeover.negotiation.timeout}, however the octets come. */
    static WholeContent read(HttpServletRequest http, UpgradeRequest request, Settings settings, Container container) {
        if (!request.hasContent()) return new Octets(new byte[0]);
        long most = settings.maxContent();
        if (request.contentLength().orElse(0) > most) return tooLong(most);
        long end = System.nanoTime() + settings.negotiation().toNanos();
        byte[] some = new byte[8192];
        ByteArrayOutputStream whole = new ByteArrayOutputStream((int) Math.min(some.length, request.contentLength().orElse(some.length)));     // nothing on a promise
        Container.ReadTimeout timeout = container.readTimeout(http);
        try {
            InputStream in = http.getInputStream();
            for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
                timeout.atMost(1 + left / 1_000_000);
                int count = in.read(some);
                if (count < 0 || whole.size() + count > most) {
                    timeout.restore();
                    return count < 0 ? ended(whole.toByteArray(), request) : tooLong(most);
                }
                whole.write(some, 0, count);
            }
            // the time stays short: the container may want to read the rest before it closes
        } catch (IOException failure) {
            if (end - System.nanoTime() > 0) return broken();
        }
        return refused(408, Ground.LIMIT, "The content of a request that changes the protocol has to be here within "
                + settings.negotiation().toMillis() + " ms (changeover.negotiation.timeout)");
    }

    private static WholeContent ended(byte[] octets, UpgradeRequest request) {
        return octets.length < request.contentLength().orElse(0) ? broken() : new Octets(octets);
    }

    private static WholeContent broken() {
        return refused(400, Ground.MALFORMED_MESSAGE, "The content of this request is not what its framing says");
    }

    private static WholeContent tooLong(long most) {
        return refused(413, Ground.LIMIT, "A request that changes the protocol may have at most " + most + " octets of content here (changeover.content.max)");
    }

    private static WholeContent refused(int status, Ground ground, String reason) {
        return new Refused(new Decision.Refuse(status, reason), ground);
    }
}
