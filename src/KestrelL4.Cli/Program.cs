using KestrelL4.Server.Runtime;

namespace KestrelL4.Cli;

/// <summary>The command <c>kestrell4</c>.</summary>
internal static class Program
{
    private static Task<int> Main(string[] arguments)
    {
        ProcessSettings.Apply();
        return new CommandLine(Console.Out, Console.Error).InvokeAsync(arguments);
    }
}
