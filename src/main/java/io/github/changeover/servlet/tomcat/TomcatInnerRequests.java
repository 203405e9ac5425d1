package io.github.changeover.servlet.tomcat;

import io.github.changeover.servlet.innerrequest.InnerRequestOrigin;
import io.github.changeover.servlet.innerrequest.InnerRequestSupport;
import io.github.changeover.servlet.innerrequest.InnerRequests;
import io.github.changeover.servlet.innerrequest.InnerTarget;
import io.github.changeover.spi.Fields;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestListener;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.catalina.Context;
import org.apache.catalina.Service;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.connector.Request;
import org.apache.catalina.mapper.MappingData;
import org.apache.tomcat.util.buf.MessageBytes;
import org.apache.tomcat.util.http.MimeHeaders;

/**
 * Inner requests on Tomcat 10.1 and 11. The mapper of the service determines the application of a path, including virtual hosts and parallel versions
 * of an application. The same properties of the request are changed as by {@code RemoteIpValve}, so that the valves of the context, its login and its
 * access log also see the client.
 */
public final class TomcatInnerRequests implements InnerRequestSupport {
    private static final System.Logger LOG = System.getLogger(TomcatInnerRequests.class.getName());
    private TomcatAccess tomcat;

    /** Called by the ServiceLoader. */
    public TomcatInnerRequests() {
    }

    @Override
    public boolean supports(ServletContext context) {
        try {
            tomcat = new TomcatAccess(context);
            return true;
        } catch (ReflectiveOperationException | LinkageError | RuntimeException otherContainer) {
            LOG.log(System.Logger.Level.DEBUG, "The container is not a supported version of Tomcat", otherContainer);
            return false;
        }
    }

    @Override
    public Owner owner(InnerTarget target) {
        try {
            return tomcat.owner(target);
        } catch (IOException | RuntimeException unknown) {
            LOG.log(System.Logger.Level.DEBUG, "Tomcat cannot determine the application of {0}", target.path(), unknown);
            return Owner.UNKNOWN;
        }
    }

    @Override
    public boolean listenFirst(ServletRequestListener listener) {
        tomcat.listenFirst(listener);
        return true;
    }

    @Override
    public Rewritten rewrite(ServletRequest request, InnerRequestOrigin origin) {
        try {
            return tomcat.rewrite(request, origin) ? Rewritten.ALL : Rewritten.NOTHING;
        } catch (ReflectiveOperationException unknown) {
            LOG.log(System.Logger.Level.DEBUG, "The request could not be changed", unknown);
            return Rewritten.NOTHING;
        }
    }

    /** This class must be loaded only if Tomcat's classes are available. */
    private static final class TomcatAccess {
        /** The separators between cookie values, in any form that a cookie processor may accept. */
        private static final Pattern BETWEEN_COOKIES = Pattern.compile("[\\s;,=\"]+");
        private final TomcatFacades facades = new TomcatFacades();
        private final Field remotePort = TomcatFacades.field(Request.class, "remotePort");
        private final Context context;
        private final Service service;

        TomcatAccess(ServletContext servletContext) throws ReflectiveOperationException {
            context = TomcatFacades.inContext(servletContext, "context", Context.class);
            service = TomcatFacades.inContext(servletContext, "service", Service.class);
        }

        Owner owner(InnerTarget target) throws IOException {
            Connector connector = connector(target);
            boolean ascii = StandardCharsets.US_ASCII.newEncoder().canEncode(target.path());
            if (!ascii && !StandardCharsets.UTF_8.equals(connector.getURICharset())) return Owner.ANOTHER;
            String host = connector.getUseIPVHosts() ? context.getParent().getName() : connector.getProxyName() != null ? connector.getProxyName() : target.hostName();
            MappingData mapped = new MappingData();
            service.getMapper().map(bytes(host), bytes(target.path()), null, mapped);
            if (mapped.context != context) return Owner.ANOTHER;
            return mapped.contexts == null || !mayBeOfAnotherVersion(target, mapped.contexts) ? Owner.THIS_APPLICATION : Owner.ANOTHER;
        }

        /** Returns the connector with the port. Two connectors share a port only if they listen on different addresses. */
        private Connector connector(InnerTarget target) {
            return Arrays.stream(service.findConnectors()).filter(connector -> connector.getLocalPort() == target.connector().getPort()).findFirst()
                    .orElseThrow(() -> new IllegalStateException("no connector on port " + target.connector().getPort()));
        }

        private static MessageBytes bytes(String text) {
            MessageBytes bytes = MessageBytes.newInstance();
            bytes.setString(text);
            return bytes;
        }

        /** Returns whether the request may belong to another version. This version is the newest; an older one gets the requests whose session it holds. */
        private boolean mayBeOfAnotherVersion(InnerTarget target, Context[] versions) throws IOException {
            if (target.hasParameters()) return true;
            for (String cookies : target.cookies()) {
                for (String value : BETWEEN_COOKIES.split(cookies)) {
                    for (Context version : versions) {
                        if (version != context && !value.isEmpty() && version.getManager() != null && version.getManager().findSession(value) != null) return true;
                    }
                }
            }
            return false;
        }

        void listenFirst(ServletRequestListener listener) {
            List<Object> listeners = new ArrayList<>(Arrays.asList(context.getApplicationEventListeners()));
            listeners.remove(listener);
            listeners.add(0, listener);
            context.setApplicationEventListeners(listeners.toArray());
        }

        boolean rewrite(ServletRequest given, InnerRequestOrigin origin) throws ReflectiveOperationException {
            Request request = facades.request(given);
            if (request == null) return false;
            org.apache.coyote.Request coyote = request.getCoyoteRequest();
            MimeHeaders fields = coyote.getMimeHeaders();
            fields.removeHeader(InnerRequests.FIELD);
            request.setRemoteAddr(origin.address());
            request.setRemoteHost(origin.address());
            remotePort.setInt(request, origin.client().getPort());
            request.setSecure(origin.secure());
            coyote.scheme().setString(origin.scheme());
            coyote.protocol().setString(origin.protocol());
            origin.serverName().ifPresent(name -> coyote.serverName().setString(name));
            origin.serverPort(coyote.getHeader("Host")).ifPresent(request::setServerPort);
            if (!origin.cipherSuite().isEmpty()) request.setAttribute("jakarta.servlet.request.cipher_suite", origin.cipherSuite());
            for (Fields.Line line : origin.proxyFields()) fields.addValue(line.name()).setString(line.value());
            return true;
        }
    }
}
