package io.github.changeover.servlet.payara;

import io.github.changeover.http.PathSegment;
import io.github.changeover.servlet.adapter.InnermostRequest;
import io.github.changeover.servlet.innerrequest.InnerRequestOrigin;
import io.github.changeover.servlet.innerrequest.InnerRequestSupport;
import io.github.changeover.servlet.innerrequest.InnerRequests;
import io.github.changeover.servlet.innerrequest.InnerTarget;
import io.github.changeover.spi.Fields;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestListener;
import jakarta.servlet.http.HttpServletRequest;
import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/**
 * Inner requests on Payara 6 and 7 and on GlassFish 7, by reflection. The mapper of the network listener determines the application of a path. The request is changed
 * except for its protocol, because Grizzly chooses the framing of the response by it.
 */
public final class PayaraInnerRequests implements InnerRequestSupport {
    private static final System.Logger LOG = System.getLogger(PayaraInnerRequests.class.getName());
    private PayaraAccess payara;

    /** Called by the ServiceLoader. */
    public PayaraInnerRequests() {
    }

    @Override
    public boolean supports(ServletContext context) {
        try {
            payara = new PayaraAccess(context);
            return true;
        } catch (ReflectiveOperationException | LinkageError | RuntimeException otherContainer) {
            LOG.log(System.Logger.Level.DEBUG, "The container is not a supported version of Payara", otherContainer);
            return false;
        }
    }

    @Override
    public Owner owner(InnerTarget target) {
        try {
            return payara.owner(target);
        } catch (ReflectiveOperationException | RuntimeException unknown) {
            LOG.log(System.Logger.Level.DEBUG, "Payara cannot determine the application of {0}", target.path(), unknown);
            return Owner.UNKNOWN;
        }
    }

    @Override
    public boolean listenFirst(ServletRequestListener listener) {
        try {
            payara.listenFirst(listener);
            return true;
        } catch (ReflectiveOperationException unknown) {
            LOG.log(System.Logger.Level.DEBUG, "The request listener could not be made the first one", unknown);
            return false;
        }
    }

    @Override
    public Rewritten rewrite(ServletRequest request, InnerRequestOrigin origin) {
        try {
            return payara.rewrite(request, origin) ? Rewritten.ALL_BUT_PROTOCOL : Rewritten.NOTHING;
        } catch (ReflectiveOperationException unknown) {
            LOG.log(System.Logger.Level.DEBUG, "The request could not be changed", unknown);
            return Rewritten.NOTHING;
        }
    }

    /** All members that are used. They are found once, completely or not at all. */
    private static final class PayaraAccess {
        private final Object context;       // the container's context behind the ServletContext
        private final Object service;
        private final Method connectors, getPort, getMapper, listeners;
        private final Method map, chunk, setString, setBytes, decode, unwrapped, grizzly, packet, headers, removeHeader, addValue, secure;
        private final Method setSecure, setServerName, setServerPort;
        private final Field mappedContext, remoteAddr, remoteHost, remotePort, scheme;      // the setters of the request for its address do nothing
        private final Class<?> mappingData, facade;

        PayaraAccess(ServletContext servletContext) throws ReflectiveOperationException {
            ClassLoader loader = servletContext.getClass().getClassLoader();
            context = PayaraContext.standardContext(servletContext);
            Object engine = call(call(context, "getParent"), "getParent");
            service = call(engine, "getService");
            connectors = service.getClass().getMethod("findConnectors");
            Class<?> connector = loader.loadClass("org.apache.catalina.connector.Connector");
            getPort = connector.getMethod("getPort");
            getMapper = connector.getMethod("getMapper");
            listeners = loader.loadClass("org.apache.catalina.Context").getMethod("getApplicationEventListeners");
            Class<?> mapper = getMapper.getReturnType();
            ClassLoader http = mapper.getClassLoader();
            mappingData = Class.forName("org.glassfish.grizzly.http.server.util.MappingData", false, http);
            mappedContext = mappingData.getField("context");
            Class<?> data = Class.forName("org.glassfish.grizzly.http.util.DataChunk", false, http);
            chunk = data.getMethod("newInstance");
            setString = data.getMethod("setString", String.class);
            setBytes = data.getMethod("setBytes", byte[].class, int.class, int.class);
            decode = Class.forName("org.glassfish.grizzly.http.util.HttpRequestURIDecoder", false, http).getMethod("decode", data, boolean.class);
            map = mapper.getMethod("map", data, data, mappingData);
            facade = loader.loadClass("org.apache.catalina.connector.RequestFacade");
            Class<?> request = loader.loadClass("org.apache.catalina.connector.Request");
            unwrapped = facade.getMethod("getUnwrappedCoyoteRequest");
            grizzly = GrizzlyServer.of(request).request(request);
            setSecure = request.getMethod("setSecure", boolean.class);
            setServerName = request.getMethod("setServerName", String.class);
            setServerPort = request.getMethod("setServerPort", int.class);
            remoteAddr = field(request, "remoteAddr");
            remoteHost = field(request, "remoteHost");
            remotePort = field(request, "remotePort");
            scheme = field(grizzly.getReturnType(), "scheme");
            packet = grizzly.getReturnType().getMethod("getRequest");
            headers = packet.getReturnType().getMethod("getHeaders");
            secure = packet.getReturnType().getMethod("setSecure", boolean.class);
            removeHeader = headers.getReturnType().getMethod("removeHeader", String.class);
            addValue = headers.getReturnType().getMethod("addValue", String.class);
        }

        private static Field field(Class<?> type, String name) throws ReflectiveOperationException {
            return accessible(type.getDeclaredField(name));
        }

        private static <T extends AccessibleObject> T accessible(T member) {
            member.setAccessible(true);
            return member;
        }

        private static Object call(Object target, String getter) throws ReflectiveOperationException {
            return target.getClass().getMethod(getter).invoke(target);
        }

        Owner owner(InnerTarget target) throws ReflectiveOperationException {
            if (!decodedByPayara(target.encoded()).equals(target.path())) return Owner.ANOTHER;
            for (Object connector : (Object[]) connectors.invoke(service)) {
                if ((int) getPort.invoke(connector) != target.connector().getPort()) continue;
                Object mapped = mappingData.getConstructor().newInstance();
                map.invoke(getMapper.invoke(connector), text(target.hostName()), text(target.path()), mapped);
                return mappedContext.get(mapped) == context ? Owner.THIS_APPLICATION : Owner.ANOTHER;
            }
            return Owner.UNKNOWN;
        }

        /**
         * Returns the path to which Payara converts a request target: it decodes the target, normalizes it, and ends the path at the first
         * semicolon.
         */
        private String decodedByPayara(String encoded) throws ReflectiveOperationException {
            byte[] bytes = Arrays.copyOf(encoded.getBytes(StandardCharsets.US_ASCII), encoded.length() + 1);       // the normalization writes beyond the end
            Object path = chunk.invoke(null);
            setBytes.invoke(path, bytes, 0, encoded.length());
            decode.invoke(null, path, false);
            return PathSegment.withoutParameters(path.toString());
        }

        private Object text(String text) throws ReflectiveOperationException {
            Object made = chunk.invoke(null);
            setString.invoke(made, text);
            return made;
        }

        @SuppressWarnings("unchecked")
        void listenFirst(ServletRequestListener listener) throws ReflectiveOperationException {
            List<Object> all = (List<Object>) listeners.invoke(context);
            all.remove(listener);
            all.add(0, listener);
        }

        boolean rewrite(ServletRequest given, InnerRequestOrigin origin) throws ReflectiveOperationException {
            ServletRequest inner = InnermostRequest.of(given);
            if (!facade.isInstance(inner)) return false;
            Object request = unwrapped.invoke(inner);
            Object grizzlys = grizzly.invoke(request);
            Object http = packet.invoke(grizzlys);
            Object fields = headers.invoke(http);
            removeHeader.invoke(fields, InnerRequests.FIELD);
            remoteAddr.set(request, origin.address());
            remoteHost.set(request, origin.address());
            remotePort.setInt(request, origin.client().getPort());
            setSecure.invoke(request, origin.secure());
            secure.invoke(http, origin.secure());
            scheme.set(grizzlys, origin.scheme());
            if (origin.serverName().isPresent()) setServerName.invoke(request, origin.serverName().get());
            OptionalInt port = origin.serverPort(((HttpServletRequest) inner).getHeader("Host"));
            if (port.isPresent()) setServerPort.invoke(request, port.getAsInt());
            if (!origin.cipherSuite().isEmpty()) inner.setAttribute("jakarta.servlet.request.cipher_suite", origin.cipherSuite());
            for (Fields.Line line : origin.proxyFields()) setString.invoke(addValue.invoke(fields, line.name()), line.value());
            return true;
        }
    }
}
