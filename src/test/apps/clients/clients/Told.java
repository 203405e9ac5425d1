package clients;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.annotation.WebFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.io.IOException;

/** Sets scheme, name and port of the server in the request to those in X-Told, as Spring's ForwardedHeaderFilter does with its fields. */
@WebFilter(urlPatterns = "/filtered", asyncSupported = true)
public final class Told implements Filter {
    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain) throws IOException, ServletException {
        String told = ((HttpServletRequest) request).getHeader("X-Told");
        chain.doFilter(told == null ? request : new Request((HttpServletRequest) request, told.split(" ")), response);
    }

    private static final class Request extends HttpServletRequestWrapper {
        private final String[] told;

        Request(HttpServletRequest request, String[] told) {
            super(request);
            this.told = told;
        }

        @Override
        public String getScheme() {
            return told[0];
        }

        @Override
        public boolean isSecure() {
            return told[0].equals("https");
        }

        @Override
        public String getServerName() {
            return told[1];
        }

        @Override
        public int getServerPort() {
            return Integer.parseInt(told[2]);
        }
    }
}
