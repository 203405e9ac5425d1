package io.github.changeover.bench.server;

import io.github.changeover.bench.app.BroadcastEndpoint;
import io.github.changeover.bench.app.FanOutSkipEndpoint;
import io.github.changeover.bench.app.SleepingEndpoint;
import java.io.IOException;
import java.util.Set;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.websocket.server.WsSci;

/** Tomcat's own WebSocket, without Changeover. */
final class TomcatNative {
    private TomcatNative() {
    }

    public static void main(String[] arguments) throws IOException, LifecycleException {
        Tomcat tomcat = TomcatServer.prepare();
        Context context = tomcat.addContext("", null);
        context.addServletContainerInitializer(new WsSci(), Set.of(EchoEndpoint.class, BroadcastEndpoint.class, SleepingEndpoint.class, FanOutSkipEndpoint.class));
        Tomcat.addServlet(context, "default", "org.apache.catalina.servlets.DefaultServlet");
        context.addServletMappingDecoded("/", "default");
        TomcatServer.serve(tomcat);
    }
}
