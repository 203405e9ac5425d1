package dispatches;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Every way in which an application can see a request. */
@WebServlet(name = "ways", urlPatterns = "/way/*", asyncSupported = true)
public final class Ways extends HttpServlet {
    private static final long serialVersionUID = 1;

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws ServletException, IOException {
        if (request.getDispatcherType() == DispatcherType.ASYNC) {
            tell("servlet ASYNC: " + Facts.of(request), request, response);
            return;
        }
        switch (request.getPathInfo()) {
            case "/plain", "/confidential" -> tell("servlet: " + Facts.of(request), request, response);
            case "/unwrapped" -> tell("unwrapped: " + Facts.unwrapped(request), request, response);
            case "/started" -> {
                AsyncContext started = request.startAsync();
                started.start(() -> complete(started, "started: " + Facts.of(started.getRequest()) + "\nagain: " + Facts.of(request.getAsyncContext().getRequest()), response));
            }
            case "/started-with" -> {
                AsyncContext started = request.startAsync(request, response);
                started.start(() -> complete(started, "started: " + Facts.of(started.getRequest()), response));
            }
            case "/dispatched" -> request.startAsync().dispatch();
            case "/dispatched-with" -> request.startAsync(request, response).dispatch();
            case "/dispatched-to" -> request.startAsync().dispatch("/end");
            case "/timed-out" -> timesOut(request, response);
            case "/error" -> response.sendError(418, "teapot");
            case "/thrown" -> throw new IllegalStateException("on purpose");
            case "/thrown-async" -> {
                AsyncContext started = request.startAsync();
                started.dispatch("/way/thrown-there");
            }
            case "/forwarded" -> request.getRequestDispatcher("/end").forward(request, response);
            case "/included" -> request.getRequestDispatcher("/end").include(request, response);
            case "/named" -> request.getServletContext().getNamedDispatcher("end").forward(request, response);
            case "/ended" -> tell("destroyed: " + Watching.ENDED.get(request.getParameter("of")), request, response);
            default -> response.sendError(404);
        }
    }

    private static void timesOut(HttpServletRequest request, HttpServletResponse response) {
        AsyncContext started = request.startAsync();
        started.setTimeout(100);
        started.addListener(new AsyncListener() {
            @Override
            public void onComplete(AsyncEvent event) {
            }

            @Override
            public void onTimeout(AsyncEvent event) {
                complete(event.getAsyncContext(), "timeout: " + Facts.of(event.getAsyncContext().getRequest()), response);
            }

            @Override
            public void onError(AsyncEvent event) {
            }

            @Override
            public void onStartAsync(AsyncEvent event) {
            }
        });
    }

    private static void complete(AsyncContext started, String text, HttpServletResponse response) {
        try {
            tell(text, (HttpServletRequest) started.getRequest(), response);
        } catch (IOException gone) {
            // the client has disconnected
        }
        started.complete();
    }

    static void tell(String what, HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setContentType("text/plain;charset=utf-8");
        response.getWriter().print("listener: " + request.getAttribute("seen") + "\nattribute listener: " + request.getAttribute("added") + "\n" + request.getAttribute("dispatches") + "\n" + what + "\n");
    }
}
