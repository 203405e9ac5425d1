package io.github.changeover.bench.server;

import io.github.changeover.demo.EchoPage;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpUpgradeHandler;
import jakarta.servlet.http.WebConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.startup.Tomcat;

/** Tomcat without Changeover: the demo's page behind no filter, and the plainest echo that can be written with the Servlet API. */
final class HandWritten {
    private HandWritten() {
    }

    public static void main(String[] arguments) throws IOException, LifecycleException {
        Tomcat tomcat = TomcatServer.prepare();
        Context context = tomcat.addContext("", null);
        Tomcat.addServlet(context, "page", new EchoPage());
        context.addServletMappingDecoded("/server-order", "page");
        Tomcat.addServlet(context, "raw", new Switch());
        context.addServletMappingDecoded("/echo", "raw");
        TomcatServer.serve(tomcat);
    }

    private static final class Switch extends HttpServlet {
        private static final long serialVersionUID = 1;

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException, ServletException {
            response.setStatus(HttpServletResponse.SC_SWITCHING_PROTOCOLS);
            response.setHeader("Upgrade", "echo");
            response.setHeader("Connection", "Upgrade");
            request.upgrade(Echo.class);
        }
    }

    /** Reads when there is something, and waits for every write: without a WriteListener the Servlet API allows that. */
    public static final class Echo implements HttpUpgradeHandler, ReadListener {
        private static final ThreadLocal<byte[]> SCRATCH = ThreadLocal.withInitial(() -> new byte[64 * 1024]);
        private ServletInputStream input;
        private ServletOutputStream output;
        private WebConnection connection;

        @Override
        public void init(WebConnection switched) {
            connection = switched;
            try {
                input = switched.getInputStream();
                output = switched.getOutputStream();
            } catch (IOException broken) {
                throw new UncheckedIOException(broken);
            }
            input.setReadListener(this);
        }

        @Override
        public void onDataAvailable() throws IOException {
            byte[] octets = SCRATCH.get();
            while (input.isReady()) {
                int count = input.read(octets);
                if (count < 0) return;
                output.write(octets, 0, count);
            }
            output.flush();
        }

        @Override
        public void onAllDataRead() throws IOException {
            close();
        }

        @Override
        public void onError(Throwable failure) {
            close();
        }

        private void close() {
            try {
                connection.close();
            } catch (Exception gone) {
                // then it is closed
            }
        }

        @Override
        public void destroy() {
            // nothing is held
        }
    }
}
