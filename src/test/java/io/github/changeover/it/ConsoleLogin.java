package io.github.changeover.it;

import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.net.URI;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Opens the console as an operator does: with the address in the log. */
public final class ConsoleLogin {
    private ConsoleLogin() {
    }

    /** The address of an application's console, with the token of the last start. */
    public static URI address(ContainerUnderTest container, String context) {
        Pattern address = Pattern.compile("https?://[^ /]+" + Pattern.quote(context) + "/console/\\?token=[A-Za-z0-9_-]+");
        for (int round = 0; round < 500; round++) {
            String last = null;
            for (Matcher matcher = address.matcher(container.log()); matcher.find(); ) last = matcher.group();
            if (last != null) return URI.create(last);
            LockSupport.parkNanos(20_000_000);
        }
        throw new AssertionError("The log of " + container.name() + " has no address of the console of " + context);
    }

    public static String token(ContainerUnderTest container, String context) {
        return address(container, context).getQuery().substring("token=".length());
    }

    /** A {@code Cookie} field line with a new cookie that opens the console. */
    public static String cookie(ContainerUnderTest container, String context) throws IOException {
        return cookie(container.http(), context, token(container, context));
    }

    /** The same, at this address of the server. */
    public static String cookie(URI server, String context, String token) throws IOException {
        try (Wire wire = Wire.connect(server).send(RawHttp.get(context + "/console/?token=" + token))) {
            Head head = wire.readHead();
            if (head.status() != 302) throw new AssertionError(head.raw());
            return "Cookie: " + head.only("Set-Cookie").split(";")[0];
        }
    }
}
