package registered;

import io.github.changeover.Changeover;
import io.github.changeover.spi.ProtocolToken;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/** Disables and enables protocols at run time. */
@WebServlet("/operator")
public final class Operator extends HttpServlet {
    private static final long serialVersionUID = 1;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) {
        Changeover changeover = Changeover.of(getServletContext());
        if (request.getParameter("off") != null) changeover.toggles().off(ProtocolToken.of(request.getParameter("off")));
        if (request.getParameter("on") != null) changeover.toggles().on(ProtocolToken.of(request.getParameter("on")));
    }
}
