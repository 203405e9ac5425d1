package io.github.changeover.servlet.settings;

import io.github.changeover.connection.ConnectionLimiter;
import io.github.changeover.spi.ProtocolToken;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the settings that limit the number of connections. */
final class ConnectionLimitSettings {
    static final Set<String> NAMES = Set.of("changeover.connections.max", "changeover.connections.per-address.max");
    static final Pattern PROTOCOL = Pattern.compile("changeover\\.protocol\\.(.+)\\.connections\\.max");
    static final Pattern PATH = Pattern.compile("changeover\\.path\\.(/.*)\\.connections\\.max");
    private static final int MAX = 10_000_000;

    private ConnectionLimitSettings() {
    }

    static ConnectionLimiter.Maximums read(SettingValues source) {
        Map<ProtocolToken, Integer> protocols = new LinkedHashMap<>();
        Map<String, Integer> paths = new LinkedHashMap<>();
        for (String name : source.names()) {
            Matcher protocol = PROTOCOL.matcher(name);
            Matcher path = PATH.matcher(name);
            if (protocol.matches()) {
                ProtocolToken token = ProtocolToken.parse(protocol.group(1)).orElseThrow(() -> new SettingValues.InvalidSettingException(name, source.value(name).orElse(""),
                        "a protocol between changeover.protocol. and .connections.max, such as example/1"));
                protocols.put(token, source.number(name, 0, MAX));
            } else if (path.matches()) {
                paths.put(path.group(1), source.number(name, 0, MAX));
            }
        }
        return new ConnectionLimiter.Maximums(source.count("changeover.connections.max", 10_000, MAX), source.count("changeover.connections.per-address.max", 0, MAX), protocols, paths);
    }

    static void show(ConnectionLimiter.Maximums bounds, Map<String, String> shown) {
        shown.put("connections.max", Integer.toString(bounds.all()));
        shown.put("connections.per-address.max", Integer.toString(bounds.perAddress()));
        bounds.protocols().forEach((token, most) -> shown.put("protocol." + token + ".connections.max", Integer.toString(most)));
        bounds.paths().forEach((path, most) -> shown.put("path." + path + ".connections.max", Integer.toString(most)));
    }
}
