package io.github.changeover.bench.server;

import jakarta.websocket.OnMessage;
import jakarta.websocket.server.ServerEndpoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Set;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.websocket.server.WsSci;

/** Tomcat's own WebSocket, without Changeover. */
final class TomcatNative {
    /** The endpoint of the demo with a larger message limit: the default of Tomcat is 8 KiB. */
    @ServerEndpoint("/echo")
    public static final class EchoEndpoint {
        private static final int LARGEST = 64 * 1024;

        @OnMessage(maxMessageSize = LARGEST)
        public String text(String message) {
            return message;
        }

        @OnMessage(maxMessageSize = LARGEST)
        public ByteBuffer binary(ByteBuffer message) {
            return message;
        }
    }

    private TomcatNative() {
    }

    public static void main(String[] arguments) throws IOException, LifecycleException {
        Tomcat tomcat = TomcatServer.prepare();
        Context context = tomcat.addContext("", null);
        context.addServletContainerInitializer(new WsSci(), Set.of(EchoEndpoint.class));
        Tomcat.addServlet(context, "default", "org.apache.catalina.servlets.DefaultServlet");
        context.addServletMappingDecoded("/", "default");
        TomcatServer.serve(tomcat);
    }
}
