using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using KestrelL4.Cli.Control;
using KestrelL4.Cli.Verbs;
using KestrelL4.Server.Configuration.Values;

namespace KestrelL4.Cli;

/// <summary>The root of the command line: all verbs, and the one place that turns wrong usage and failures into exit codes.</summary>
/// <param name="output">Where answers go.</param>
/// <param name="error">Where everything goes that went wrong.</param>
internal sealed class CommandLine(TextWriter output, TextWriter error)
{
    /// <summary>The command's name, as the user types it.</summary>
    public const string Name = "kestrell4";

    /// <summary>Runs what the arguments ask for; returns an <see cref="ExitCode"/>.</summary>
    public async Task<int> InvokeAsync(IReadOnlyList<string> arguments)
    {
        // A name that begins with @ is a name, not a file of further arguments.
        ParseResult parsed = CreateRoot().Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Action is ParseErrorAction)
        {
            return Explain(parsed);
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                Output = output,
                Error = error,
                EnableDefaultExceptionHandler = false,

                // Signals belong to the verb: one that drains takes longer than the parser would wait.
                ProcessTerminationTimeout = null,
            });
        }
        catch (NodeUnreachableException exception)
        {
            error.WriteLine($"{PathOf(parsed)}: {Printable.Whole(exception.Message)}.");
            return ExitCode.NodeNotReachable;
        }
        catch (AuthorityUnreachableException exception)
        {
            error.WriteLine($"{PathOf(parsed)}: {Printable.Whole(exception.Message)}.");
            return ExitCode.AuthorityNotReachable;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            error.WriteLine($"{PathOf(parsed)}: {OneLine(exception.Message)} Check the path, its permissions and the free space.");
            return ExitCode.No;
        }
        catch (Exception exception)
        {
            string failure = $"{exception.GetType().Name}: {OneLine(exception.Message)}";
            error.WriteLine($"{PathOf(parsed)}: failed unexpectedly, which is a defect to report: {failure}");
            return ExitCode.No;
        }
    }

    /// <summary>The verb that was asked for, as the user types it.</summary>
    public static string PathOf(ParseResult parsed)
    {
        var names = new Stack<string>();
        for (SymbolResult? part = parsed.CommandResult; part is CommandResult command; part = part.Parent)
        {
            names.Push(command.Command.Name);
        }

        return string.Join(' ', names);
    }

    private static Command CreateRoot()
    {
        // A RootCommand calls itself by the assembly's name, which is not what the user types.
        var root = new Command(Name, "A zero-trust TCP load balancer: mutual TLS 1.3, a registry of clients, limits, least connections.")
        {
            RunVerb.Create(),
            CheckVerb.Create(),
            EnrollVerb.Create(),
            DemoVerb.Create(),
            StatusVerb.Create(),
            ConnectionsVerb.Create(),
            CloseVerb.Create(),
            DrainVerb.CreateDrain(),
            DrainVerb.CreateUndrain(),
            ReloadVerb.Create(),
            ExplainVerb.Create(),
            WaitVerb.Create(),
            ConnectVerb.Create(),
            PkiVerb.Create(),
            AuthorityVerb.Create(),
        };
        RunVerb.MakeDefaultOf(root);
        root.Add(new HelpOption());
        root.Add(new VersionOption());
        return root;
    }

    private int Explain(ParseResult parsed)
    {
        foreach (string problem in parsed.Errors.Select(static found => found.Message))
        {
            error.WriteLine($"{PathOf(parsed)}: {OneLine(problem)}");
        }

        error.WriteLine($"Run '{PathOf(parsed)} --help' to see what is allowed.");
        return ExitCode.Usage;
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");
}
