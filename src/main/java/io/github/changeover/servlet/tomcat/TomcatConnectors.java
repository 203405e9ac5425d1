package io.github.changeover.servlet.tomcat;

import io.github.changeover.servlet.adapter.LocalAddress;
import jakarta.servlet.ServletContext;
import java.net.URI;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.catalina.Service;
import org.apache.catalina.connector.Connector;
import org.apache.coyote.AbstractProtocol;
import org.apache.coyote.http11.AbstractHttp11Protocol;

/** The connectors of an application; empty if they cannot be found. */
record TomcatConnectors(List<Connector> all) {
    static TomcatConnectors of(ServletContext context) {
        try {
            return new TomcatConnectors(List.of(TomcatFacades.inContext(context, "service", Service.class).findConnectors()));
        } catch (ReflectiveOperationException | RuntimeException | LinkageError inaccessible) {
            return new TomcatConnectors(List.of());
        }
    }

    /** Returns the ports of the connectors that upgrade to h2c themselves; an empty string if there are none. */
    String portsThatUpgradeToH2c() {
        return all.stream().filter(TomcatConnectors::upgradesToH2c).map(connector -> Integer.toString(port(connector)))
                .collect(Collectors.joining(", "));
    }

    private static int port(Connector connector) {
        return connector.getLocalPort() > 0 ? connector.getLocalPort() : connector.getPortWithOffset();
    }

    /** Returns an address by which a client on this machine reaches a connector, without TLS if possible; empty while no port is known. */
    Optional<URI> localAddress() {
        return all.stream().filter(connector -> port(connector) > 0 && connector.getProtocolHandler() instanceof AbstractHttp11Protocol<?>)
                .sorted(Comparator.comparing(TomcatConnectors::isTls)).flatMap(connector -> LocalAddress.of(((AbstractHttp11Protocol<?>) connector.getProtocolHandler()).getAddress())
                        .map(host -> URI.create((isTls(connector) ? "https://" : "http://") + host + ":" + port(connector))).stream()).findFirst();
    }

    private static boolean isTls(Connector connector) {
        return ((AbstractHttp11Protocol<?>) connector.getProtocolHandler()).isSSLEnabled();
    }

    private static boolean upgradesToH2c(Connector connector) {
        return connector.getProtocolHandler() instanceof AbstractHttp11Protocol<?> http
                && Arrays.stream(connector.findUpgradeProtocols()).anyMatch(protocol -> "h2c".equals(protocol.getHttpUpgradeName(http.isSSLEnabled())));
    }

    /** Returns the number of threads of the connector with the fewest; 0 if it is not known. */
    int threads() {
        return all.stream().map(Connector::getProtocolHandler).filter(AbstractProtocol.class::isInstance).mapToInt(handler -> ((AbstractProtocol<?>) handler).getMaxThreads())
                .filter(threads -> threads > 0).min().orElse(0);
    }
}
