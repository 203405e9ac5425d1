package dispatches;

import io.github.changeover.servlet.innerrequest.InnerRequests;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/** Everything that shows an application where a request comes from. */
final class Facts {
    private Facts() {
    }

    static String of(ServletRequest request) {
        HttpServletRequest http = (HttpServletRequest) request;
        StringBuilder text = new StringBuilder();
        text.append("address=").append(http.getRemoteAddr()).append(" host=").append(http.getRemoteHost()).append(" port=").append(http.getRemotePort());
        text.append(" scheme=").append(http.getScheme()).append(" secure=").append(http.isSecure()).append(" protocol=").append(http.getProtocol());
        text.append(" server=").append(http.getServerName()).append(':').append(http.getServerPort()).append(" local=").append(http.getLocalAddr());
        text.append(" url=").append(http.getRequestURL().substring(0, http.getRequestURL().indexOf("/", 8))).append(" cipher=").append(http.getAttribute("jakarta.servlet.request.cipher_suite"));
        Map<String, String> fields = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (String name : Collections.list(http.getHeaderNames())) fields.put(name.toLowerCase(), String.join(",", Collections.list(http.getHeaders(name))));
        return text.append(" fields=").append(fields).append(" mark=").append(http.getHeader("Changeover-Inner"))
                .append(" inner=").append(InnerRequests.isInner(request)).toString();
    }

    /** The facts of the container's own request. */
    static String unwrapped(ServletRequest request) {
        ServletRequest inner = request;
        while (inner instanceof ServletRequestWrapper wrapper) inner = wrapper.getRequest();
        return of(inner);
    }
}
