package io.github.changeover.console;

import io.github.changeover.management.UpgradeManagement;
import io.github.changeover.servlet.CurrentRequest;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.UpgradeProtocol;
import io.github.changeover.spi.UpgradeRequest;
import io.github.changeover.websocket.HandshakePolicy;
import io.github.changeover.websocket.OpeningHandshake;
import jakarta.servlet.ServletContext;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The WebSocket that keeps a page up to date. It has the same access rules as the page. */
final class LiveUpdateProtocol implements UpgradeProtocol {
    private static final Pattern NUMBER = Pattern.compile("(?:^|&)(decision|sample)=([0-9]{1,18})(?=&|$)");
    private final ConsoleAccess access;
    private final LiveUpdates liveUpdates;
    private final ChartHistory samples;
    private final ServletContext context;
    private final long instance;

    LiveUpdateProtocol(ConsoleAccess access, LiveUpdates liveUpdates, ChartHistory samples, ServletContext context, long instance) {
        this.access = access;
        this.liveUpdates = liveUpdates;
        this.samples = samples;
        this.context = context;
        this.instance = instance;
    }

    @Override
    public List<ProtocolToken> tokens() {
        return List.of(OpeningHandshake.TOKEN);
    }

    /** Called before the handshake itself is checked. */
    Optional<Decision.Refuse> gate(UpgradeRequest request, ProtocolToken candidate) {
        Optional<String> denied = CurrentRequest.current().map(access::deniedLive).orElse(Optional.of("Only an HTTP request can open this connection."));
        if (denied.isPresent()) return denied.map(reason -> new Decision.Refuse(403, reason));
        return liveUpdates.areFull() ? Optional.of(new Decision.Refuse(503, "Too many console pages are open (at most " + LiveUpdates.MAX_PAGES + "): close one.")) : Optional.empty();
    }

    @Override
    public Decision negotiate(UpgradeRequest request, ProtocolToken offered) {
        OpeningHandshake.HandshakeOutcome outcome = OpeningHandshake.check(request, HandshakePolicy.NOTHING);
        if (outcome instanceof OpeningHandshake.RejectedHandshake refused) return refused.refusal();
        Optional<ViewerPermission> permission = CurrentRequest.current().map(access::permission);
        if (permission.isEmpty()) return new Decision.Refuse(403, "Only an HTTP request can open this connection.");
        return new Decision.Switch(List.of(offered), ((OpeningHandshake.AcceptedHandshake) outcome).fields(), agreed -> new LiveUpdateSocket(liveUpdates, changes(request.query()), permission.get()));
    }

    /** Returns the changes after those that the page already has, according to its query. */
    private Supplier<Optional<String>> changes(String query) {
        Cursor cursor = new Cursor();
        Matcher matcher = NUMBER.matcher(query);
        while (matcher.find()) {
            long number = Long.parseLong(matcher.group(2));
            if (matcher.group(1).equals("decision")) cursor.decision = number;
            else cursor.sample = number;
        }
        return () -> UpgradeManagement.of(context).map(seen -> {
            ConsoleState.Changes changes = ConsoleState.Changes.of(seen, samples, instance, cursor.decision, cursor.sample);
            cursor.decision = changes.decision();
            cursor.sample = changes.sample();
            return Json.of(changes.map());
        });
    }

    /** The last decision and the last sample that the page has received. Used on the console's thread only. */
    private static final class Cursor {
        private long decision;
        private long sample;
    }
}
