namespace KestrelL4.Cli;

/// <summary>The command <c>kestrell4</c>.</summary>
internal static class Program
{
    private static Task<int> Main(string[] arguments) =>
        new CommandLine(Console.Out, Console.Error).InvokeAsync(arguments);
}
