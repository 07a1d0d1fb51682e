System.Console.WriteLine("KestrelL4");
