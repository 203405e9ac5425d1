package starting;

import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.websocket.DeploymentException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Adds endpoints when it is initialized, as frameworks do, some of them from several threads at once. */
@WebServlet(urlPatterns = "/startup", loadOnStartup = 7)
public final class OnStartup extends HttpServlet {
    private static final long serialVersionUID = 1;

    @Override
    public void init() throws ServletException {
        try {
            Line.at("/by-init/{name}", getServletContext());
            Line.at("/members", getServletContext());
            List<FutureTask<Void>> both = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                String path = "/thread-" + i;
                both.add(new FutureTask<>(() -> {
                    Line.at(path, getServletContext());
                    return null;
                }));
            }
            both.forEach(task -> new Thread(task).start());
            for (FutureTask<Void> task : both) task.get();
        } catch (DeploymentException | ExecutionException | InterruptedException failure) {
            throw new ServletException(failure);
        }
    }
}
